"""A message operator's gateway on this machine: takes signed, template-shaped requests and remembers them.

It speaks the protocol of `jobs/gateways.py` from the other side: checks the signature, knows a key again
(DUPLICATE), and can be told to fail.
"""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from laojia.foundation.outbox.rules import signature

SECRET = "operator-secret-for-tests"
KEY = "county"


class Operator:
    """`requests` counts every accepted or repeated key, `accepted` holds each message once."""

    def __init__(self):
        self.accepted = {}
        self.requests = Counter()
        self.refused = []
        self.plan = []  # what to do with the next requests: "503", "timeout", "LOST", a refusal code
        self.lock = threading.Lock()
        operator = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self):
                operator.serve(self)

            def log_message(self, *words):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        self.server.daemon_threads = True
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/v1/send"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def serve(self, desk):
        body = desk.rfile.read(int(desk.headers["Content-Length"]))
        head = desk.headers
        wanted = signature(SECRET, desk.path, head["X-Timestamp"], head["X-Nonce"], body)
        if head["X-Access-Key"] != KEY or head["X-Signature"] != wanted:
            return self.answer(desk, 403, {"code": "BAD_SIGNATURE"})
        if abs(time.time() - int(head["X-Timestamp"])) > 300:
            return self.answer(desk, 403, {"code": "OLD"})
        message = json.loads(body)
        assert message["out_id"] == head["Idempotency-Key"]
        with self.lock:
            step = self.plan.pop(0) if self.plan else "OK"
            if step not in {"OK", "LOST"}:
                self.refused.append((step, message["out_id"]))
            else:
                self.requests[message["out_id"]] += 1
                known = message["out_id"] in self.accepted
                self.accepted.setdefault(message["out_id"], message)
        if step == "503":
            return self.answer(desk, 503, None)
        if step == "timeout":
            time.sleep(0.6)
            return None
        if step == "LOST":  # accepted, but the answer never arrives
            desk.close_connection = True
            desk.connection.close()
            return None
        if step != "OK":
            return self.answer(desk, 200, {"code": step})
        return self.answer(
            desk, 200, {"code": "DUPLICATE" if known else "OK", "id": f"M{message['out_id'][-8:]}"}
        )

    @staticmethod
    def answer(desk, http, told):
        body = b"busy" if told is None else json.dumps(told).encode()
        try:
            desk.send_response(http)
            desk.send_header("Content-Length", str(len(body)))
            desk.end_headers()
            desk.wfile.write(body)
        except OSError:
            pass  # the sender was killed meanwhile
