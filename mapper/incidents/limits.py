"""Limits on what is opened, in one place: beyond them a file is refused in words.

They stop a hostile or mistaken file from filling the memory; each is far above real extracts (the
largest police.uk archive of one force is a few hundred megabytes, unpacked).
"""

from mapper.base.tables import MOST_COLUMNS

MAX_FILE_BYTES = 2 * 1024**3  # of one file, or of one member of an archive once unpacked
MAX_FILES = 20_000  # files in folders and archives together
MAX_ARCHIVE_BYTES = 8 * 1024**3  # all members of an archive together, unpacked
MAX_ARCHIVE_RATIO = 100  # unpacked size over packed size; text packs about 10 times
RATIO_MATTERS_ABOVE = 64 * 1024**2  # small archives of very even text are harmless
MAX_LINE_BYTES = 8 * 1024**2  # of text; a record with every field filled has a few thousand
MAX_PYTHON_BYTES = 64 * 1024**2  # of text that Arrow cannot divide: its records are too long
MAX_COLUMNS = MOST_COLUMNS
MAX_TITLE_LENGTH = 10_000  # characters of the name of a column
MAX_ROWS = 100_000_000  # a Parquet file of a few bytes can claim any number
MAX_NAME_LENGTH = 1_000  # characters of a file or member name

MAX_WORKBOOK_BYTES = 256 * 1024**2
MAX_WORKBOOK_UNPACKED = 1024**3
MAX_WORKBOOK_CELLS = 60_000_000
WORKBOOK_SECONDS = 120  # for the child process that parses it at most

SAMPLE_RECORDS = 200  # looked at to suggest a mapping
