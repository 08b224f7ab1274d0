def doGet(request, session):
	# Returns the sessions of this gateway as JSON, for Gatewatch. Keep "def" on the first line: with anything before
	# it the answer is empty. Use only what Jython 2.5 has: this script also runs on 7.9.
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
	def cell(raw, convert):
		# A value that can't be converted becomes null, so that the other sessions are still listed.
		if raw is None:
			return None
		try:
			return convert(raw)
		except:
			return None
	def value(session, key):
		# Not every version has every key of a Perspective session.
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
		# The filters of system.perspective.getSessionInfo aren't regular expressions, so filter here: whole values, as
		# system.util.getSessionInfo does.
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
		# By position: keyword arguments need 7.9.9.
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
				# The module is missing or older than 8.0.7.
				perspective = None
			if perspective is not None:
				sessions = perspective()
				answer["now"] = System.currentTimeMillis()
				rows += perspective_rows(sessions, answer["now"], username, project)
			answer["perspective"] = perspective is not None
		answer["columns"] = [{"name": name, "type": kind} for name, kind, convert in columns]
		answer["rows"] = rows
	except:
		# Bare, because Java's throwables aren't Python exceptions. The status is always 200, so the answer says "ok".
		failure = sys.exc_info()[1]
		if isinstance(failure, Throwable):
			error = failure.toString()
		else:
			error = repr(failure)
		answer = {"ok": False, "v": 1, "error": error}
	return {"json": answer}
