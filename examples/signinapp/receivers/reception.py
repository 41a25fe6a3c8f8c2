"""The reception of one site. It runs on Python's standard library.

SECRET          what the notification was configured with
NOT_READY_FOR   how many requests come before its database is up again
"""
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["SECRET"].encode()
TOLERANCE_SECONDS = 300

not_ready_for = int(os.environ.get("NOT_READY_FOR", "0"))


def say(**fields):
    print(json.dumps(fields), flush=True)


def refusal(header, body):
    """Why this request is not believed; None: it is Sign In App's."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    sent_at = parts.get("t", "")
    if not (sent_at.isascii() and sent_at.isdigit()):
        return "no signature"
    expected = hmac.new(SECRET, sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
    # As bytes: compare_digest takes no text that is not ASCII, and a stranger may send any.
    if not hmac.compare_digest(expected.encode(), parts.get("s1", "").encode()):
        return "wrong signature"
    # Only now is the time known to be Sign In App's.
    if abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
        return "too old"
    return None


class Reception(BaseHTTPRequestHandler):
    def do_POST(self):
        global not_ready_for
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        header = self.headers.get("x-signinapp-webhook-signature", "")
        reason = refusal(header, body)
        if reason is not None:
            say(answered=401)
            self.answer(401, reason)
        elif not_ready_for > 0:
            not_ready_for -= 1
            say(answered=503, signature=header, body=json.loads(body))
            self.answer(503, "the database is not up yet")
        else:
            say(answered=200, signature=header, body=json.loads(body))
            self.answer(200, "")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Its lines are those of say()."""


server = HTTPServer(("127.0.0.1", 0), Reception)
print(f"http://127.0.0.1:{server.server_port}/visits", flush=True)
server.serve_forever()
