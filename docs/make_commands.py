"""Write the questions of docs/commands.md anew: run it after a question's choices change."""

from pathlib import Path

from mapper.cli.question_table import with_table

PAGE = Path(__file__).with_name("commands.md")

if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
