import django.db.models.deletion
import laojia.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("order", "0001_initial"),
        ("people", "0001_initial"),
        ("teams", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("number", models.CharField(max_length=28, unique=True)),
                ("key", models.UUIDField(unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("anonymous", models.BooleanField(default=False)),
                ("phone", laojia.kernel.fields.SealedText(blank=True)),
                ("phone_end_hash", models.CharField(blank=True, max_length=64)),
                ("words", models.TextField()),
                ("area_path", models.CharField(max_length=120)),
                ("holder_id", models.BigIntegerField(null=True)),
                ("channel", models.CharField(max_length=8)),
                ("filed_at", models.DateTimeField()),
                ("contact_due_at", models.DateTimeField()),
                ("answer_due_at", models.DateTimeField()),
                ("contacted_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("answer", models.TextField(blank=True)),
                (
                    "about_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="teams.team",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="order.order",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_path", models.CharField(max_length=120)),
                ("protected", models.BooleanField(default=False)),
                ("by_id", models.BigIntegerField(null=True)),
                ("result", models.CharField(max_length=12)),
                ("at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="order.order",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField(default=0)),
                ("key", models.UUIDField(unique=True)),
                ("kind", models.CharField(max_length=14)),
                ("occasion_id", models.BigIntegerField(null=True)),
                ("reporter_id", models.BigIntegerField(null=True)),
                ("team_id", models.BigIntegerField(null=True)),
                ("area_path", models.CharField(max_length=120)),
                ("protected", models.BooleanField(default=False)),
                ("happened_at", models.DateTimeField()),
                ("words", models.TextField()),
                ("first_help", models.CharField(blank=True, max_length=200)),
                ("emergency_called", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("ending", models.TextField(blank=True)),
                ("reported_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="order.order",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField(null=True)),
                ("asker_id", models.BigIntegerField(null=True)),
                ("team_id", models.BigIntegerField(null=True)),
                ("shared_team_id", models.BigIntegerField(null=True)),
                ("area_path", models.CharField(max_length=120)),
                ("protected", models.BooleanField(default=False)),
                ("sealed", models.BooleanField(default=False)),
                ("solved", models.CharField(max_length=6)),
                ("satisfaction", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("words", models.TextField(blank=True)),
                ("share_words", models.BooleanField(default=False)),
                ("given_by_id", models.BigIntegerField(null=True)),
                ("recorder_id", models.BigIntegerField(null=True)),
                ("recorder_dispatched", models.BooleanField(default=False)),
                ("channel", models.CharField(max_length=8)),
                ("counts", models.BooleanField(default=True)),
                ("at", models.DateTimeField()),
                (
                    "attendance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="review",
                        to="order.attendance",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="order.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TeamStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "complaint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="review.complaint",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.person"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="teams.team"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(fields=["filed_at", "id"], name="complaint_month"),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["answered", "closed", "contacted", "filed"])),
                name="complaint_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="complaint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("conduct", "money", "late", "not_done", "platform", "other"))
                ),
                name="complaint_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="followup",
            index=models.Index(fields=["at", "id"], name="follow_up_month"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["happened_at", "id"], name="incident_month"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["closed", "reported"])), name="incident_known_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ("fall", "damage", "theft_alleged", "injury", "traffic", "other"))
                ),
                name="incident_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["at", "id"], name="review_month"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("solved__in", ("yes", "partly", "no"))), name="review_solved"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("satisfaction__isnull", True), ("satisfaction__range", (1, 5)), _connector="OR"
                ),
                name="review_satisfaction",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["page", "phone", "counter", "paper", "api", "clock"])),
                name="review_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="teamstop",
            constraint=models.UniqueConstraint(fields=("person", "team", "complaint"), name="team_stop_once"),
        ),
    ]
