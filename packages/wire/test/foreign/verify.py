"""Signs and verifies webhooks with Python's own hmac, as the vendors' pages describe it. One JSON line in, one out.

in:  {"do": "sign" | "verify", "dialect": ..., "secret": ..., "id": ..., "time": seconds, "headers": {...}, "body": base64}
out: {"headers": {...}} for sign, {"ok": true | false} for verify
"""
import base64
import hashlib
import hmac
import json
import sys


def expected(job, body):
    dialect, secret = job["dialect"], job["secret"].encode()
    if dialect in ("standard", "svix"):
        prefix = "webhook" if dialect == "standard" else "svix"
        headers = job["headers"]
        message_id = headers.get(prefix + "-id", job.get("id"))
        time = headers.get(prefix + "-timestamp", str(job.get("time")))
        key = base64.b64decode(job["secret"][len("whsec_"):])
        signed = f"{message_id}.{time}.".encode() + body
        signature = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return {prefix + "-id": message_id, prefix + "-timestamp": time, prefix + "-signature": signature}
    if dialect == "scalefusion":
        return {"X-SF-Signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}
    if dialect == "signinapp":
        name = "x-signinapp-webhook-signature"
        sent = job["headers"].get(name)
        time = sent.split(",")[0].split("=")[1] if sent else str(job["time"])
        return {name: f"t={time},s1=" + hmac.new(secret, time.encode() + b"." + body, hashlib.sha256).hexdigest()}
    if dialect == "comapi":
        return {"X-Comapi-Signature": hmac.new(secret, body, hashlib.sha1).hexdigest()}
    if dialect == "screenmeet":
        return {"x-signature-algo": "sha256", "x-signature": hmac.new(secret, body, hashlib.sha256).hexdigest()}
    raise ValueError(dialect)


for line in sys.stdin:
    job = json.loads(line)
    headers = expected(job, base64.b64decode(job["body"]))
    if job["do"] == "sign":
        print(json.dumps({"headers": headers}))
    else:
        same = all(hmac.compare_digest(value.encode(), job["headers"].get(name, "").encode()) for name, value in headers.items())
        print(json.dumps({"ok": same}))
