/**
 * What is called with keywords whose order it cannot see, or does not look at: of Python's built-in
 * functions and its standard library (docs.python.org/3), and of Requests (its API documentation).
 */
export const KNOWN_CALLS: ReadonlySet<string> = new Set(
  `enumerate max min open print sorted sum
  argparse.ArgumentParser base64.b64decode base64.b64encode datetime.timedelta
  http.client.HTTPConnection http.client.HTTPSConnection
  json.dump json.dumps json.load json.loads os.makedirs os.walk
  requests.delete requests.get requests.head requests.options requests.patch requests.post
  requests.put requests.request
  shutil.copytree shutil.rmtree
  socket.create_connection socket.create_server socket.socket ssl.create_default_context
  subprocess.Popen subprocess.call subprocess.check_call subprocess.check_output subprocess.run
  tempfile.NamedTemporaryFile tempfile.TemporaryDirectory tempfile.mkdtemp tempfile.mkstemp
  threading.Thread threading.Timer
  urllib.parse.quote urllib.parse.urlencode urllib.request.Request urllib.request.urlopen`.split(
    /\s+/,
  ),
);

/** Calls on an `argparse.ArgumentParser`, by method. */
export const PARSER_CALLS: ReadonlySet<string> = new Set(['add_argument', 'add_argument_group']);
