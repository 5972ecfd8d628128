"""``mapper lenses``: what each lens counts and which columns it needs."""


def run() -> None:
    """Print every lens, the user's own included."""
    from mapper.lenses.load import list_lenses

    for lens in list_lenses():
        needs = ", ".join(lens.requires) or "nothing beyond time and place"
        print(f"{lens.id}  {lens.title} (version {lens.version})")
        print(f"    {lens.question}")
        print(f"    needs: {needs}")
