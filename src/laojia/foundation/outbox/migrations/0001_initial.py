import laojia.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("worker", models.CharField(max_length=80, unique=True)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lease", models.CharField(blank=True, max_length=40)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=40)),
                ("kind", models.CharField(max_length=40)),
                ("about_kind", models.CharField(max_length=24)),
                ("about_id", models.BigIntegerField()),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("provisional", models.BooleanField(default=False)),
                ("since", models.DateTimeField(null=True)),
                ("span", models.CharField(blank=True, max_length=16)),
                ("state", models.CharField(default="pending", max_length=10)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["due_at", "id"],
                        name="clock_pending",
                    ),
                    models.Index(fields=["about_kind", "about_id"], name="clock_about"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "about_kind", "about_id", "round"), name="clock_once_per_round"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("pending", "done", "cancelled"))),
                        name="clock_known_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=160, unique=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("shown_to", laojia.kernel.fields.SealedText()),
                ("text", laojia.kernel.fields.SealedText()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["person_id", "id"], name="inbox_of_person")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("lease", models.CharField(blank=True, max_length=40)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("note", models.CharField(blank=True, max_length=40)),
                ("key", models.CharField(max_length=160, unique=True)),
                ("template", models.CharField(max_length=48)),
                ("variables", models.JSONField(default=dict)),
                ("to_person_id", models.BigIntegerField(null=True)),
                ("to_team_id", models.BigIntegerField(null=True)),
                ("to_phone", laojia.kernel.fields.SealedText(null=True)),
                ("about_kind", models.CharField(max_length=24)),
                ("about_id", models.BigIntegerField()),
                ("area_path", models.CharField(blank=True, max_length=120)),
                ("urgent", models.BooleanField(default=False)),
                ("due_at", models.DateTimeField()),
                ("state", models.CharField(default="queued", max_length=10)),
                ("text", laojia.kernel.fields.SealedText(null=True)),
                ("gateway_id", models.CharField(blank=True, max_length=80)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("receipt_at", models.DateTimeField(null=True)),
                ("calls", models.PositiveSmallIntegerField(default=0)),
                ("call_after", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "sending"))),
                        fields=["due_at", "id"],
                        name="message_to_send",
                    ),
                    models.Index(
                        condition=models.Q(("state", "sent")), fields=["sent_at"], name="message_awaited"
                    ),
                    models.Index(
                        condition=models.Q(("state", "to_call")),
                        fields=["due_at", "id"],
                        name="message_to_call",
                    ),
                    models.Index(
                        condition=models.Q(("state", "called")),
                        fields=["sent_at", "id"],
                        name="message_called",
                    ),
                    models.Index(fields=["to_person_id", "id"], name="message_of_person"),
                    models.Index(fields=["about_kind", "about_id"], name="message_about"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ("queued", "sending", "sent", "delivered", "failed", "to_call", "called"),
                            )
                        ),
                        name="message_known_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_person_id__isnull", True), ("to_team_id__isnull", True), _connector="OR"
                        ),
                        name="message_one_addressee",
                    ),
                ],
            },
        ),
    ]
