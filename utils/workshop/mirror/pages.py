"""What a browser and pip see: the start page with the lines to paste, and the list of wheels."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

ZIP = "course.zip"
HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1.1em/1.5 sans-serif; max-width: 45em; margin: 2em auto; padding: 0 1em }}
pre {{ background: #eee; color: #111; padding: 0.7em; overflow: auto }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
GET_THE_COURSE = """<h2>1. Get the course</h2>
<p>Download <a href="/{zip}">{zip}</a>, unpack it, and open a terminal in its folder. Or paste this:</p>
<h3>Linux, macOS</h3>
<pre>curl -O {url}/{zip}
python3 -m zipfile -e {zip} .
cd course</pre>
<h3>Windows (PowerShell)</h3>
<pre>Invoke-WebRequest {url}/{zip} -OutFile {zip}
Expand-Archive {zip} .
cd course</pre>
"""
OWN_COURSE = "<h2>1. Go to the course</h2>\n<p>Open a terminal in the folder of the course.</p>\n"
START = """<p>{what} It comes from a laptop in this room; the internet is not needed.</p>
{first}<h2>2. Start it</h2>
<p>Paste this line there. The first start installs the packages, which takes some minutes.</p>
<h3>Linux, macOS</h3>
<pre>{shell}</pre>
<h3>Windows (PowerShell)</h3>
<pre>{powershell}</pre>
<p>Also here: <a href="/wheels/">the packages</a>, and <a href="/manifest.json">the checksums of all files</a>.</p>"""


def line_to_paste(url: str, windows: bool = False) -> str:
    """The line that starts the course from the mirror at `url`, for a shell or for PowerShell."""
    if windows:
        return f'$env:COURSE_FROM="{url}"; python -m utils lab'
    return f"COURSE_FROM={url} python3 -m utils lab"


def start_page(url: str, what: str, has_zip: bool) -> str:
    """The page at `/`. `url` is the mirror's own, `what` a sentence on what is here, in plain text."""
    first = GET_THE_COURSE.format(url=url, zip=ZIP) if has_zip else OWN_COURSE
    lines = [escape(line, quote=False) for line in (line_to_paste(url), line_to_paste(url, windows=True))]
    body = START.format(what=escape(what), first=first, shell=lines[0], powershell=lines[1])
    return HTML.format(title="RoBERTa and DistilBERT, Measured", body=body)


def wheels_page(wheels: Iterable[tuple[str, str]]) -> str:
    """The page at `/wheels/` for pip's --find-links, from pairs of a file's name and its SHA-256."""
    links = [f'<a href="{quote(name)}#sha256={sha256}">{escape(name)}</a><br>' for name, sha256 in wheels]
    return HTML.format(title="Packages", body="\n".join(links))
