"""Tells the story with segment-analytics-python, as published, with nothing changed but the host.

Reads {"host", "write_key", "gzip", "story"} from standard input, prints what the SDK could not deliver as a list of texts.
"""

import datetime
import json
import sys

from segment.analytics.client import Client


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def tell(client, s):
    client.page(anonymous_id=s["browser"], **s["page"])
    client.track(
        anonymous_id=s["browser"], event="Product Viewed", properties=s["viewed"], timestamp=instant(s["viewedAt"])
    )
    client.track(anonymous_id=s["phone"], event="Cart Viewed", properties=s["cart"])
    traits = dict(s["traits"], member_since=instant(s["memberSince"]))
    client.identify(user_id=s["userId"], anonymous_id=s["browser"], traits=traits)
    client.track(user_id=s["userId"], event="Order Completed", properties=s["order"], context=s["orderContext"])
    client.group(user_id=s["userId"], group_id=s["account"], traits=s["accountTraits"])
    client.alias(user_id=s["userId"], previous_id=s["phone"])
    client.track(anonymous_id=s["browser"], event="Product Added", properties=s["added"])


def main():
    asked = json.load(sys.stdin)
    failures = []

    def failed(error, items):
        failures.append(f"{len(items)} items: {error}")

    client = Client(asked["write_key"], host=asked["host"], gzip=asked["gzip"], on_error=failed, upload_size=5)
    tell(client, asked["story"])
    client.flush()
    client.join()
    print(json.dumps(failures))


main()
