"""Every setting an installation may choose, once; docs/config.md is printed from here and a test holds it complete."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One environment variable."""

    name: str
    shape: str
    default: str
    what: str


OPTIONS = (
    Option(
        "LAOJIA_MODE",
        "`trial` or `production`",
        "trial",
        "Production takes secrets from the environment only and closes what a trial leaves open.",
    ),
    Option(
        "LAOJIA_SECRET_KEY", "40 or more random characters", "made in a trial", "Signs cookies and forms."
    ),
    Option(
        "LAOJIA_SEAL_KEYS",
        "`id:secret`, several by comma",
        "made in a trial",
        "Seals personal columns; the first seals, all unseal. A new key goes in front, old ones stay.",
    ),
    Option(
        "LAOJIA_HASH_KEY",
        "40 or more random characters",
        "made in a trial",
        "Finds sealed phones again. Never change it.",
    ),
    Option(
        "LAOJIA_CIPHER",
        "`aes` or `sm`",
        "aes",
        "AES-256-GCM with SHA-256, or SM4-GCM with SM3, for newly written columns.",
    ),
    Option(
        "LAOJIA_DB",
        "file path or `postgres://person:word@host:port/name`",
        "`var/laojia.sqlite3`",
        "Where the data is. SQLite for trials, PostgreSQL 15 or newer for a county.",
    ),
    Option(
        "LAOJIA_VAR",
        "folder",
        "`var`",
        "Database file, generated secrets, uploads and collected static files of this installation.",
    ),
    Option(
        "LAOJIA_HOSTS",
        "names, by comma",
        "127.0.0.1, localhost, [::1]",
        "Public names under which pages are served.",
    ),
    Option(
        "LAOJIA_ORIGINS",
        "addresses with https://, by comma",
        "none",
        "Origins whose forms are trusted, when a proxy changes the name.",
    ),
    Option(
        "LAOJIA_BEHIND_PROXY",
        "yes or no",
        "no",
        "Believe X-Forwarded-Proto of the reverse proxy; set it only behind one.",
    ),
    Option("LAOJIA_HTTPS_REDIRECT", "yes or no", "yes", "In production send plain requests to https."),
    Option(
        "LAOJIA_DEBUG", "yes or no", "no", "Error pages with source; never where anybody else can reach it."
    ),
    Option(
        "LAOJIA_PRACTICE",
        "yes or no",
        "no",
        "Set by `laojia practice` for its training copy: own cookies, so that both can be open in one browser.",
    ),
    Option(
        "LAOJIA_LOG_LEVEL",
        "level",
        "INFO",
        "How much is logged. Names, phones and typed texts are never logged at any level.",
    ),
    Option(
        "LAOJIA_SMS_URL",
        "address",
        "none",
        "Message gateway. Without one everything that matters goes to the call list.",
    ),
    Option("LAOJIA_SMS_KEY", "text", "none", "Account at the gateway."),
    Option("LAOJIA_SMS_SECRET", "text", "none", "Signs requests to the gateway and checks its receipts."),
    Option("LAOJIA_SMS_SIGN", "text", "none", "Signature 【…】 registered with the operator."),
    Option("LAOJIA_SMS_TEMPLATES", "TOML file", "our own ids", "The operator's ids of our templates."),
    Option(
        "LAOJIA_MESSAGES_A_DAY",
        "number, 1 to 1000",
        "6",
        "Automatic messages to one person a day; what is more leaves the next morning.",
    ),
    Option(
        "LAOJIA_RECEIPT_HOURS",
        "hours, 1 to 72",
        "4",
        "A message without a receipt after this long goes to the call list.",
    ),
    Option(
        "LAOJIA_MOST_OPEN_ORDERS",
        "number, 5 to 100000",
        "60",
        "So many open orders one person or phone may have; more is no need but a flood.",
    ),
    Option(
        "LAOJIA_MOST_ORDERS_AN_HOUR",
        "number, 5 to 100000",
        "20",
        "So often one person may order within an hour; three times as often from one device, which a family may share.",
    ),
    Option(
        "LAOJIA_ADDRESS",
        "address with https://",
        "http://127.0.0.1:8000",
        "What links in messages begin with.",
    ),
)
