# -*- coding: utf-8 -*-
"""Fake gateways that run the Web Dev script under Jython.

    jython jython_gateway.py PROJECT ZIP

PROJECT is the folder of the project, ZIP its packed form. The last line on standard output is {"NAME": PORT, ...}, with
one port for each gateway. The process serves until its standard input ends.

Known behavior of a real gateway is reproduced: the script has only `system`, Java and Python; a script that doesn't
start with its `def` gives an empty 200; an error in it gives a page with status 500; filters are positional patterns of
java.util.regex for whole values; a row isn't a dictionary; a result that is a text is sent as it is. In which charset
isn't documented, so it has to be ASCII.
"""
import ast
import base64
import json
import os
import sys
import urllib
import zipfile

from com.sun.net.httpserver import HttpHandler, HttpServer
from java.lang import IllegalStateException
from java.net import InetSocketAddress
from java.util import Date
from java.util.concurrent import Executors
from java.util.regex import Pattern

RESOURCE = "com.inductiveautomation.webdev/resources/sessions/"
HEAD = "def doGet(request, session):\n"
COLUMNS = ["username", "project", "address", "isDesigner", "clientId", "creationTime"]
# The user source `default`: password and roles of each user.
USERS = {"gatewatch": ("secret", ["gatewatch"]), "billy": ("secret", ["Operator"])}


def import_project(archive):
    """Returns the files of a project's zip after checking what the gateway requires of them."""
    files = dict((name, archive.read(name)) for name in archive.namelist())
    project = json.loads(files["project.json"])
    assert project["enabled"] is True and project["inheritable"] is False and project["parent"] is None, project
    assert project["title"] and project["description"], project
    resource = json.loads(files[RESOURCE + "resource.json"])
    assert resource["scope"] == "G" and resource["version"] == 1, resource
    assert sorted(resource["files"] + ["resource.json"]) == sorted(
        name[len(RESOURCE):] for name in files if name.startswith(RESOURCE)), resource
    config = json.loads(files[RESOURCE + "config.json"])
    assert config["resource-type"] == "python-resource", config
    assert sorted(config["doGet"]) == [
        "enabled", "max-retry-attempts", "require-auth", "require-https", "required-roles", "user-source"], config
    return files


def check_jython_2_5(source):
    """Fails if the script needs more than Jython 2.5, or breaks a rule of the gateway."""
    tree = ast.parse(source)
    assert [type(part) for part in tree.body] == [ast.FunctionDef], "there is something outside of the def"
    # Searched as text, because ast.walk of Jython skips some of these.
    dump = ast.dump(tree)
    for newer in ["With(", "Set(", "SetComp(", "DictComp", "attr='format'"]:
        assert newer not in dump, newer
    for node in ast.walk(tree):
        # With a type, `as` and the comma of 2.5 can't be distinguished here. Java's throwables need a bare one anyway.
        assert not isinstance(node, ast.ExceptHandler) or node.type is None, "line %d" % node.lineno
        # Other modules may be newer than 2.5, as `json` is.
        if isinstance(node, ast.Import):
            assert [name.name for name in node.names] == ["sys"], "line %d" % node.lineno
        if isinstance(node, ast.ImportFrom):
            assert node.module.startswith("java."), "line %d" % node.lineno
    for line in source.splitlines():
        assert not line.lstrip("\t").startswith(" "), "indented by spaces: " + line


class Row(object):
    """A row of a PyDataSet: indexed by a column's name or number."""

    def __init__(self, columns, values):
        self.columns, self.values = columns, values

    def __getitem__(self, column):
        if isinstance(column, basestring):
            if column not in self.columns:
                raise KeyError(column)
            column = self.columns.index(column)
        return self.values[column]


class Adapter(object):
    """A session of system.perspective.getSessionInfo: indexed by key, nothing more is documented."""

    def __init__(self, **values):
        self.values = values

    def __getitem__(self, key):
        return self.values[key]


class Util(object):
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns

    def getSessionInfo(self, *filters):
        filters = [Pattern.compile(pattern) for pattern in filters]
        rows = []
        for row in self.rows:
            if all(value is not None and pattern.matcher(value).matches() for pattern, value in zip(filters, row)):
                rows.append(Row(self.columns, row))
        return rows


class Perspective(object):
    def __init__(self, sessions):
        self.sessions = sessions

    def getSessionInfo(self):
        if self.sessions is None:
            raise IllegalStateException(u"Störung \U0001d4b7")
        return self.sessions


class System(object):
    """The name `system` of the script. A missing module is a missing attribute."""

    def __init__(self, rows, columns=COLUMNS, **modules):
        self.util = Util(rows, columns)
        self.__dict__.update(modules)


class Gateway(HttpHandler):
    def __init__(self, version, root, system, files):
        self.version, self.root = version, root
        self.config = json.loads(files[RESOURCE + "config.json"])["doGet"]
        self.source = files[RESOURCE + "doGet.py"]
        self.names = {"system": system}
        exec compile(self.source, "doGet.py", "exec") in self.names

    def handle(self, exchange):
        try:
            status, kind, body = self.response(exchange)
        except:
            status, kind, body = 500, "text/html", "<html><title>Error 500</title></html>"
            sys.stderr.write("%s\n" % repr(sys.exc_info()[1]))
        exchange.getResponseHeaders().set("Content-Type", kind)
        exchange.sendResponseHeaders(status, len(body) or -1)
        exchange.getResponseBody().write(body)
        exchange.close()

    def response(self, exchange):
        uri = exchange.getRequestURI()
        if uri.getPath() == self.root + "/system/gwinfo":
            info = "ContextStatus=RUNNING;PlatformName=Plant;Version=%s;RedundancyStatus=Independent" % self.version
            return 200, "text/plain", info
        if uri.getPath() != self.root + "/system/webdev/gatewatch/sessions":
            return 404, "text/html", "<html><title>Error 404</title></html>"
        status = self.rejection(exchange.getRequestHeaders().getFirst("Authorization"))
        if status:
            return status, "text/html", "<html><title>Error %d</title></html>" % status
        if not self.source.startswith(HEAD):
            return 200, "text/html", ""
        response = self.names["doGet"]({"params": parameters(uri.getRawQuery())}, {})["json"]
        # Fails for anything but ASCII.
        return 200, "application/json", response.encode("ascii")

    def rejection(self, authorization):
        """Returns the status for a request without access, else None."""
        if not self.config["require-auth"]:
            return None
        if self.config["user-source"] != "default":
            return 500
        user, password = "", ""
        if authorization and authorization.startswith("Basic "):
            user, password = base64.b64decode(authorization[len("Basic "):]).decode("utf-8").split(":", 1)
        expected, roles = USERS.get(user, (None, []))
        if expected != password:
            return 401
        if self.config["required-roles"] not in roles:
            return 403
        return None


def parameters(query):
    pairs = [pair.split("=", 1) for pair in (query or "").split("&") if pair]
    return dict([urllib.unquote_plus(str(part)).decode("utf-8") for part in pair] for pair in pairs)


PLANT = [
    (u"billy", u"Packaging", u"10.2.0.9", False, u"A1", Date(1795365700123)),
    (u"jürgen", u"Intake", u"hmi-7", True, u"B2", Date(1795365600000)),
    (u"山田", u"Kühlung", u"::1", False, u"C3", Date(-1)),
    (u"\U0001d4b7illy", u"Packaging", u"10.2.0.9", False, u"D4", Date(253402300799999)),
    (None, None, None, None, None, None),
    (u"anna", u"Boiler", u"hmi-10", False, u"E5", u"a while ago"),
]
PERSPECTIVE_SESSIONS = [
    Adapter(username=u"Unauthenticated", project=u"Packaging", clientAddress=u"10.2.0.50", id=u"p-1",
            sessionScope=u"browser", uptime=60000, lastComm=1500, userAgent=u"Mozilla/5.0 \"X\" \\ \t\x7f"),
    Adapter(username=u"\U0001d4b7illy", project=u"Kühlung", clientAddress=u"hmi-7", id=u"p-2",
            sessionScope=u"designer", uptime=3600000L, lastComm=1795365700123L, pageIds=[u"x"], authorized=True),
    Adapter(username=None, project=None, clientAddress=None, id=u"p-3", sessionScope=None, uptime=None),
    Adapter(username=u"anna", project=u"Boiler", id=u"p-4", uptime=u"a while", lastComm=u"now"),
]
MANY = [(u"user%d" % (number % 2000), u"Line %d" % (number % 40), u"10.0.%d.%d" % (number // 250, number % 250),
         number % 50 == 0, u"%08X" % number, Date(1795365700000 - number)) for number in range(10000)]

folder, archive = sys.argv[1:]
files = import_project(zipfile.ZipFile(archive))
for name in files:
    assert files[name] == open(os.path.join(folder, name), "rb").read(), name
check_jython_2_5(files[RESOURCE + "doGet.py"])

gateways = {
    "plant": ("8.3.4", "", System(PLANT, perspective=Perspective(PERSPECTIVE_SESSIONS))),
    "without_perspective": ("8.1.44", "", System(PLANT)),
    "before_8_0_7": ("8.0.2", "", System(PLANT, perspective=object())),
    "version_7_9": ("7.9.21", "/main", System(PLANT)),
    "many_sessions": ("8.1.44", "", System(MANY)),
    "perspective_fails": ("8.3.4", "", System(PLANT, perspective=Perspective(None))),
    # Made up: a version whose data set has more columns.
    "more_columns": ("8.3.9", "", System([row + (Date(1795365700456), u"browser") for row in PLANT[:2]],
                                         COLUMNS + ["lastComm", "sessionScope"])),
    "missing_column": ("8.3.4", "", System([row[:5] for row in PLANT], COLUMNS[:5])),
}
ports = {}
for name in gateways:
    server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
    server.createContext("/", Gateway(*gateways[name] + (files,)))
    server.setExecutor(Executors.newCachedThreadPool())
    server.start()
    ports[name] = server.getAddress().getPort()
print json.dumps(ports)
sys.stdout.flush()
sys.stdin.read()
os._exit(0)
