def doGet(request, session):
	# The sessions of this gateway as JSON, for Gatewatch. Nothing may stand before the "def", and only what Jython 2.5
	# knows may be used, so that one script serves every version from 7.9 on.
	import sys
	from java.lang import System, Throwable
	from java.util import TimeZone
	from java.util.regex import Pattern
	def milliseconds(date):
		return date.getTime()
	columns = [
		("username", "String", unicode),
		("project", "String", unicode),
		("address", "String", unicode),
		("isDesigner", "Boolean", bool),
		("clientId", "String", unicode),
		("creationTime", "Date", milliseconds),
	]
	def cell(given, convert):
		# What can't be read is unknown, like what is null: it must not hide the other sessions.
		if given is None:
			return None
		try:
			return convert(given)
		except:
			return None
	def value(session, key):
		# What a version does not tell of a Perspective session is unknown.
		try:
			return session[key]
		except:
			return None
	def filtered_by(pattern):
		if not pattern:
			return lambda text: True
		compiled = Pattern.compile(pattern)
		return lambda text: text is not None and compiled.matcher(text).matches()
	def perspective_rows(sessions, now, username, project):
		# Its own filters are not regular expressions, so ours stay here. They match the whole value, as those of
		# system.util.getSessionInfo do.
		username, project = filtered_by(username), filtered_by(project)
		rows = []
		for session in sessions:
			user = cell(value(session, "username"), unicode)
			where = cell(value(session, "project"), unicode)
			if username(user) and project(where):
				address = cell(value(session, "clientAddress"), unicode)
				designer = cell(value(session, "sessionScope"), lambda scope: scope == "designer")
				client = cell(value(session, "id"), unicode)
				created = cell(value(session, "uptime"), lambda uptime: now - long(uptime))
				rows.append([user, where, address, designer, client, created, "Perspective"])
		return rows
	try:
		params = request["params"]
		username = params.get("usernameFilter")
		project = params.get("projectFilter")
		# By position: the names of the arguments are known from 7.9.9 on only.
		if project:
			sessions = system.util.getSessionInfo(username or ".*", project)
		elif username:
			sessions = system.util.getSessionInfo(username)
		else:
			sessions = system.util.getSessionInfo()
		rows = [[cell(row[name], convert) for name, kind, convert in columns] for row in sessions]
		answer = {"ok": True, "v": 1, "now": System.currentTimeMillis(), "timezone": TimeZone.getDefault().getID()}
		if params.get("perspective") == "1":
			kinds = {True: "Designer", False: "Vision", None: None}
			rows = [row + [kinds[row[3]]] for row in rows]
			columns.append(("kind", "String", unicode))
			try:
				perspective = system.perspective.getSessionInfo
			except:
				# No such module, or one before 8.0.7.
				perspective = None
			if perspective is not None:
				sessions = perspective()
				answer["now"] = System.currentTimeMillis()
				rows += perspective_rows(sessions, answer["now"], username, project)
			answer["perspective"] = perspective is not None
		answer["columns"] = [{"name": name, "type": kind} for name, kind, convert in columns]
		answer["rows"] = rows
	except:
		# Bare, because what Java throws is no Exception of Python. The status of the answer is 200 whatever is said here.
		fault = sys.exc_info()[1]
		if isinstance(fault, Throwable):
			error = fault.toString()
		else:
			error = repr(fault)
		answer = {"ok": False, "v": 1, "error": error}
	return {"json": answer}
