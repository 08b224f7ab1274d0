def doGet(request, session):
	# Returns the sessions of this gateway as JSON, for Gatewatch. Keep "def" on the first line: with anything before
	# it the response is empty. Use only what Jython 2.5 has: this script also runs on 7.9.
	import sys
	from java.lang import System, Throwable
	from java.util import TimeZone
	from java.util.regex import Pattern
	# Characters that aren't ASCII, and those that JSON has escaped in a text.
	special = Pattern.compile("[^ !#-\\[\\]-~]")
	def json_text(text):
		if not special.matcher(text).find():
			return '"' + text + '"'
		escaped = []
		for character in text:
			code = ord(character)
			if code > 0xffff:
				code -= 0x10000
				escaped.append("\\u%04x\\u%04x" % (0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff)))
			elif special.matcher(character).find():
				escaped.append("\\u%04x" % code)
			else:
				escaped.append(character)
		return '"' + "".join(escaped) + '"'
	def json_value(value):
		if value is None:
			return "null"
		if isinstance(value, bool):
			return str(value).lower()
		if isinstance(value, basestring):
			return json_text(value)
		if isinstance(value, list):
			return "[" + ", ".join([json_value(item) for item in value]) + "]"
		return "%d" % value
	def json_object(pairs):
		return "{" + ", ".join([json_text(name) + ": " + text for name, text in pairs]) + "}"
	def milliseconds(date):
		return date.getTime()
	def last_communication(raw):
		# A date, milliseconds since 1970, or milliseconds since then: the documentation doesn't say which.
		if hasattr(raw, "getTime"):
			return raw.getTime()
		raw = long(raw)
		if raw < 0:
			return None
		if raw > 100000000000:
			return raw
		return now - raw
	columns = [
		("username", "String", unicode),
		("project", "String", unicode),
		("address", "String", unicode),
		("isDesigner", "Boolean", bool),
		("clientId", "String", unicode),
		("creationTime", "Date", milliseconds),
	]
	# Only with Perspective sessions, after "kind". Vision sessions have them if this version reports them.
	others = [
		("lastComm", "Date", last_communication),
		("sessionScope", "String", unicode),
		("userAgent", "String", unicode),
	]
	def cell(raw, convert):
		# A value that can't be converted becomes null, so that the other sessions are still listed.
		if raw is None:
			return None
		try:
			return convert(raw)
		except:
			return None
	def value(session, key):
		# Not every version has every key.
		try:
			return session[key]
		except:
			return None
	def other_cells(session):
		return [cell(value(session, name), convert) for name, kind, convert in others]
	def filtered_by(pattern):
		if not pattern:
			return lambda text: True
		compiled = Pattern.compile(pattern)
		return lambda text: text is not None and compiled.matcher(text).matches()
	def perspective_rows(sessions, username, project):
		# The filters of system.perspective.getSessionInfo aren't regular expressions, so filter here: whole values, as
		# system.util.getSessionInfo does.
		rows = []
		for session in sessions:
			user = cell(value(session, "username"), unicode)
			project_name = cell(value(session, "project"), unicode)
			if username(user) and project(project_name):
				address = cell(value(session, "clientAddress"), unicode)
				designer = cell(value(session, "sessionScope"), lambda scope: scope == "designer")
				client = cell(value(session, "id"), unicode)
				created = cell(value(session, "uptime"), lambda uptime: now - long(uptime))
				rows.append([user, project_name, address, designer, client, created, "Perspective"] + other_cells(session))
		return rows
	def error_text():
		# The callers have a bare except, because Java's throwables aren't Python exceptions.
		failure = sys.exc_info()[1]
		if isinstance(failure, Throwable):
			return failure.toString()
		return repr(failure)
	try:
		params = request["params"]
		username = params.get("usernameFilter")
		project = params.get("projectFilter")
		# By position: keyword arguments need 7.9.9.
		if project:
			sessions = system.util.getSessionInfo(username or ".*", project)
		elif username:
			sessions = system.util.getSessionInfo(username)
		else:
			sessions = system.util.getSessionInfo()
		now = System.currentTimeMillis()
		response = []
		if params.get("perspective") == "1":
			kinds = {True: "Designer", False: "Vision", None: None}
			rows = []
			for session in sessions:
				row = [cell(session[name], convert) for name, kind, convert in columns]
				rows.append(row + [kinds[row[3]]] + other_cells(session))
			columns += [("kind", "String", unicode)] + others
			try:
				perspective = system.perspective.getSessionInfo
			except:
				# The module is missing or older than 8.0.7.
				perspective = None
			listed = False
			if perspective is not None:
				# An invalid filter fails the whole response.
				username, project = filtered_by(username), filtered_by(project)
				try:
					sessions = perspective()
					now = System.currentTimeMillis()
					rows += perspective_rows(sessions, username, project)
					listed = True
				except:
					# The other sessions are still listed.
					response.append(("perspectiveError", json_text(error_text())))
			response.insert(0, ("perspective", json_value(listed)))
		else:
			rows = [[cell(session[name], convert) for name, kind, convert in columns] for session in sessions]
		types = [json_object([("name", json_text(name)), ("type", json_text(kind))]) for name, kind, convert in columns]
		response = [
			("ok", "true"),
			("v", "1"),
			("now", json_value(now)),
			("timezone", json_value(TimeZone.getDefault().getID())),
		] + response + [
			("columns", "[" + ", ".join(types) + "]"),
			("rows", json_value(rows)),
		]
	except:
		# The status is always 200, so the response has "ok".
		response = [("ok", "false"), ("v", "1"), ("error", json_text(error_text()))]
	# A text of ASCII: how the gateway encodes other objects isn't documented.
	return {"json": json_object(response)}
