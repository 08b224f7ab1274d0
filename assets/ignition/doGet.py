def doGet(request, session):
	# The sessions of this gateway as JSON, for Gatewatch. Nothing may stand before the "def", and only what Jython 2.5
	# knows may be used, so that one script serves every version from 7.9 on.
	import sys
	from java.lang import System
	from java.util import TimeZone
	names = ["username", "project", "address", "isDesigner", "clientId", "creationTime"]
	types = ["String", "String", "String", "Boolean", "String", "Date"]
	def cell(value, kind):
		if value is None:
			return None
		if kind == "Boolean":
			return bool(value)
		if kind == "Date":
			return value.getTime()
		return unicode(value)
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
		rows = [[cell(row[name], kind) for name, kind in zip(names, types)] for row in sessions]
		columns = [{"name": name, "type": kind} for name, kind in zip(names, types)]
		answer = {"ok": True, "v": 1, "columns": columns, "rows": rows}
		answer["now"] = System.currentTimeMillis()
		answer["timezone"] = TimeZone.getDefault().getID()
	except:
		# Bare, because what Java throws is no Exception of Python. The status of the answer is 200 whatever is said here.
		answer = {"ok": False, "v": 1, "error": unicode(sys.exc_info()[1])}
	return {"json": answer}
