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


for job in json.load(sys.stdin):
    arguments = job["arguments"]
    if "body" in arguments:
        arguments["body"] = base64.b64decode(arguments["body"])
    try:
        result = getattr(load(f"{sys.argv[1]}/{job['file']}"), job["entry"])(**arguments)
        print(json.dumps({"ok": True, "result": result}))
    except Exception as error:
        print(json.dumps({"ok": False, "error": f"{type(error).__name__}: {error}"}))
