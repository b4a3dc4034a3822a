"""Keys of before have no proof: they keep what they signed, and are proved when they are registered once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("validations", "0002_remedies"),)

    operations = [
        migrations.AddField(
            model_name="signingkey",
            name="challenge",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="signingkey",
            name="proof",
            field=models.BinaryField(null=True),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("challenge__isnull", False)),
                fields=("fingerprint",),
                name="signing_key_proved_once",
            ),
        ),
    ]
