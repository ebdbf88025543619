"""A real worker process for the kill test: real clocks, real gateway over HTTP, real journal.

Its handler appends a journal row, so that an effect that happened twice would be counted twice.
"""

import os
import signal
import sys
import threading
import time

import django


def main() -> None:
    django.setup()
    from laojia.foundation.journal.models import JournalRow
    from laojia.foundation.outbox import actions
    from laojia.foundation.outbox.jobs import clocks, gateway_for, messages, work
    from laojia.foundation.outbox.rules import Recipient

    # Leases of a killed worker must run out within the test.
    clocks.LEASE = messages.LEASE = clocks.timedelta(seconds=1)

    def rang(about_id, now):
        time.sleep(0.002)
        JournalRow.objects.create(
            at=now, verb="test.rang", kind="test", subject_id=about_id, channel="clock", fields=[]
        )
        time.sleep(0.002)
        if about_id % 2:
            actions.post(
                "order.need_info", to_person_id=1, about=("test", about_id), key=f"test:{about_id}", now=now,
                urgent=True, variables={"number": "D1", "link": "l/a"},
            )  # fmt: skip

    def resolve(person_id, team_id):
        return [Recipient(person_id, "张三", "13812340001", area_path="/1/")]

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_words: stop.set())
    print("ready", flush=True)
    work({"test.ring": rang}, resolve, gateway_for(demonstration=False), stop=stop, once=False)
    print("ended", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "laojia.conf.settings")
    sys.exit(main())
