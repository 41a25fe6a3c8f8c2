"""Runs the functions of Python snippets. Argument: a folder; in: a JSON array of jobs; out: one JSON line a job.

job: {"file": "x.py", "entry": "verify", "arguments": {"headers": {...}, "body": base64, ...}}
out: {"ok": true, "result": ...} or {"ok": false, "error": "ValueError: ..."}
"""
import base64
import importlib.util
import json
import sys

modules = {}


def load(path):
    if path not in modules:
        spec = importlib.util.spec_from_file_location(f"snippet{len(modules)}", path)
        modules[path] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[path])
    return modules[path]


def contained(name, headers):
    """The headers as a framework hands them over. Where its package is missing, the import says so."""
    cgi = {"HTTP_" + key.upper().replace("-", "_"): value for key, value in headers.items()}
    environ = {**cgi, "REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "wsgi.input": sys.stdin, "wsgi.version": (1, 0)}
    if name == "wsgi":
        return environ
    if name == "django":
        from django.http.request import HttpHeaders

        return HttpHeaders(environ)
    if name == "flask":
        from werkzeug.datastructures import EnvironHeaders

        return EnvironHeaders(environ)
    if name == "starlette":
        from starlette.datastructures import Headers

        return Headers(headers)
    if name == "aiohttp":
        from multidict import CIMultiDict

        return CIMultiDict(headers)
    if name == "tornado":
        from tornado.httputil import HTTPHeaders

        return HTTPHeaders(headers)
    if name == "http.server":
        from email.message import Message

        message = Message()
        for key, value in headers.items():
            message[key] = value
        return message
    if name == "asgi":
        return [(key.lower().encode(), value.encode("latin-1")) for key, value in headers.items()]
    if name == "upper":
        return {key.upper(): value for key, value in headers.items()}
    if name == "aws":
        return {key.lower(): [value] for key, value in headers.items()}
    if name == "twice":
        return [*headers.items(), *headers.items()]
    return headers


for job in json.load(sys.stdin):
    arguments = job["arguments"]
    if "container" in job:
        try:
            arguments["headers"] = contained(job["container"], arguments["headers"])
        except ImportError as error:
            print(json.dumps({"ok": False, "missing": str(error)}))
            continue
    if "body" in arguments:
        arguments["body"] = base64.b64decode(arguments["body"])
    try:
        result = getattr(load(f"{sys.argv[1]}/{job['file']}"), job["entry"])(**arguments)
        print(json.dumps({"ok": True, "result": result}))
    except Exception as error:
        print(json.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"}))
