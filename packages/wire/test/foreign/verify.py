"""Signs and verifies webhooks with Python's own libraries, from the definition of a dialect. One JSON line in, one out.

in:  {"do": "sign" | "verify", "dialect": {...}, "secret": ..., "times": {"unix": ..., "unixMs": ..., "iso": ..., "isoMs": ...},
      "request": {"method": ..., "url": ..., "headers": {...}, "body": base64}}
out: {"headers": {...}} for sign: those of the signatures; {"ok": true | false} for verify
"""
import base64
import hmac
import json
import sys
from urllib.parse import parse_qsl, urlsplit

ED25519, CURVE = "ed25519", "ecdsa-p256"


def header_of(request, name):
    return next((value for key, value in request["headers"].items() if key.lower() == name.lower()), None)


def placed(dialect, request, field):
    """The text of a field that has a place in the headers or in the query, without its prefix."""
    query = dict(parse_qsl(urlsplit(request["url"]).query, keep_blank_values=True))
    for places, read in (("headers", lambda name: header_of(request, name)), ("query", query.get)):
        for name, slot in dialect["request"].get(places, {}).items():
            if isinstance(slot, dict) and slot["$"] == field:
                return read(name)[len(slot.get("prefix", "")):]
    return None


def signed(dialect, signature, request, time):
    """What the signature is made over. `time` is the text of sentAt, where the header of the signature shows it."""
    pieces = []
    for part in signature["over"]:
        if isinstance(part, str):
            pieces.append(part.encode())
        elif part["$"] == "body":
            pieces.append(base64.b64decode(request["body"]))
        elif part["$"] in ("url", "method"):
            pieces.append(request[part["$"]].encode())
        else:
            text = placed(dialect, request, part["$"])
            pieces.append((part.get("prefix", "") + (time if text is None else text)).encode())
    return b"".join(pieces)


def key_of(signature, secret):
    key = signature["key"]
    for prefix in (key.get("publicPrefix"), key.get("prefix")):
        if prefix and secret.startswith(prefix):
            secret = secret[len(prefix):]
            break
    return secret.encode() if key["encoding"] == "utf8" else decode(secret, key["encoding"])


def encode(data, encoding):
    return data.hex() if encoding == "hex" else base64.b64encode(data).decode()


def decode(text, encoding):
    return bytes.fromhex(text) if encoding == "hex" else base64.b64decode(text, validate=True)


def sign(signature, key, data):
    algorithm = signature["algorithm"]
    if algorithm == "shared-secret":
        return key.decode()
    if algorithm == ED25519:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        made = Ed25519PrivateKey.from_private_bytes(key[:32]).sign(data)
    elif algorithm == CURVE:
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        made = serialization.load_der_private_key(key, None).sign(data, ec.ECDSA(hashes.SHA256()))
    else:
        made = hmac.new(key, data, algorithm.removeprefix("hmac-")).digest()
    return encode(made, signature["encoding"])


def is_signature(signature, key, data, text):
    algorithm = signature["algorithm"]
    if algorithm in (ED25519, CURVE):
        return any(is_asymmetric_signature(algorithm, key, data, text, encoding) for encoding in encodings(signature))
    if algorithm == "shared-secret":
        return hmac.compare_digest(key, text.encode())
    made = hmac.new(key, data, algorithm.removeprefix("hmac-")).digest()
    return any(hmac.compare_digest(encode(made, encoding).encode(), text.encode()) for encoding in encodings(signature))


def is_asymmetric_signature(algorithm, key, data, text, encoding):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if algorithm == ED25519:
            Ed25519PublicKey.from_public_bytes(key).verify(decode(text, encoding), data)
        else:
            serialization.load_der_public_key(key).verify(decode(text, encoding), data, ec.ECDSA(hashes.SHA256()))
        return True
    except (InvalidSignature, ValueError):
        return False


def encodings(signature):
    return [signature["encoding"], *signature.get("accepts", [])]


def parse(form, header):
    """The signatures in a header, and the time where it shows one."""
    if "list" in form:
        prefix = form["list"]["version"] + ","
        return [entry[len(prefix):] for entry in header.split(" ") if entry.startswith(prefix)], None
    if "bare" in form:
        prefix = form["bare"].get("prefix", "")
        return ([header[len(prefix):]] if header.startswith(prefix) else []), None
    pairs = [pair.split("=", 1) for pair in header.split(form["pairs"]["separator"])]
    found = [value for name, value in pairs if name == form["pairs"]["signature"]]
    return found, next((value for name, value in pairs if name == form["pairs"].get("time")), None)


def show(form, signature, time):
    if "list" in form:
        return form["list"]["version"] + "," + signature
    if "bare" in form:
        return form["bare"].get("prefix", "") + signature
    pairs = form["pairs"]
    start = pairs["time"] + "=" + time + pairs["separator"] if "time" in pairs else ""
    return start + pairs["signature"] + "=" + signature


def sign_all(job):
    headers = {}
    for signature in job["dialect"]["signatures"]:
        form = next((part["as"] for part in signature["over"] if isinstance(part, dict) and part["$"] == "sentAt"), "unix")
        time = job["times"][form]
        data = signed(job["dialect"], signature, job["request"], time)
        if "algorithmHeader" in signature:
            headers[signature["algorithmHeader"]["name"]] = signature["algorithmHeader"]["value"]
        made = sign(signature, key_of(signature, job["secret"]), data)
        headers[signature["header"]] = show(signature["format"], made, time)
    return headers


def verify_all(job):
    return all(verify_one(job, signature) for signature in job["dialect"]["signatures"])


def verify_one(job, signature):
    candidates, time = parse(signature["format"], header_of(job["request"], signature["header"]) or "")
    data = signed(job["dialect"], signature, job["request"], time)
    key = key_of(signature, job["secret"])
    return any(is_signature(signature, key, data, candidate) for candidate in candidates)


for line in sys.stdin:
    job = json.loads(line)
    print(json.dumps({"headers": sign_all(job)} if job["do"] == "sign" else {"ok": verify_all(job)}))
