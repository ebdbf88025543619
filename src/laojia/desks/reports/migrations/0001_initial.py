import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("area", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=7)),
                ("area_path", models.CharField(max_length=120)),
                ("words", models.TextField(blank=True)),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="area.area"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["period", "area", "-id"], name="month_note_newest")],
            },
        ),
    ]
