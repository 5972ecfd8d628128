"""``mapper lenses``: what each lens counts and which columns it needs."""

from mapper.cli.saying import say


def run() -> None:
    """Print every lens, the user's own included."""
    from mapper.lenses.load import list_lenses

    lines, facts = [], []
    for lens in list_lenses():
        needs = ", ".join(lens.requires) or "nothing beyond time and place"
        lines += [
            f"{lens.id}  {lens.title} (version {lens.version})",
            f"    {lens.question}",
            f"    needs: {needs}",
        ]
        facts.append({name: getattr(lens, name) for name in ("id", "title", "version", "requires")})
    say("\n".join(lines), lenses=facts)
