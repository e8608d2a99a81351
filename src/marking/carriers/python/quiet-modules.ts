/**
 * Modules of Python's standard library that are imported without any effect but that they are there
 * (docs.python.org/3/library), so that their order means nothing.
 */
export const QUIET_MODULES: ReadonlySet<string> = new Set(
  `argparse array ast asyncio base64 binascii bisect bz2 calendar codecs collections
  collections.abc concurrent.futures configparser contextlib copy csv ctypes dataclasses datetime
  decimal email email.message email.mime.base email.mime.multipart email.mime.text enum errno
  fnmatch fractions functools getpass glob gzip hashlib heapq hmac html html.parser http
  http.client http.cookiejar http.cookies http.server io ipaddress itertools json logging lzma math
  mimetypes multiprocessing operator os os.path pathlib pickle platform pprint queue random re
  secrets select selectors shlex shutil signal smtplib socket socketserver sqlite3 ssl stat
  statistics string struct subprocess sys tarfile tempfile textwrap threading time types typing
  urllib urllib.error urllib.parse urllib.request uuid warnings xml.dom.minidom
  xml.etree.ElementTree zipfile zlib`.split(/\s+/),
);
