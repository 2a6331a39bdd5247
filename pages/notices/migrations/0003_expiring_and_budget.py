from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("published", "A post went out"),
                    ("held", "A post is held"),
                    ("rejected", "A network refused a post"),
                    ("needs_person", "Somebody must check whether a post went out"),
                    ("missed", "A post missed its time"),
                    ("reconnect", "A page must be reconnected"),
                    ("expiring", "A page’s access ends soon"),
                    ("budget", "A month’s money for a network runs out"),
                    ("paused", "Publishing was paused"),
                    ("resumed", "Publishing started again"),
                    ("review_soon", "A comment must be decided soon"),
                    ("review_overdue", "A comment should have been decided"),
                    ("second_wanted", "A comment waits for a second person"),
                    ("action_trouble", "What was decided of a comment is not done"),
                    ("audit_done", "An audit has its report"),
                    ("audit_failed", "An audit stopped before its report"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="noticepreference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("published", "A post went out"),
                    ("held", "A post is held"),
                    ("rejected", "A network refused a post"),
                    ("needs_person", "Somebody must check whether a post went out"),
                    ("missed", "A post missed its time"),
                    ("reconnect", "A page must be reconnected"),
                    ("expiring", "A page’s access ends soon"),
                    ("budget", "A month’s money for a network runs out"),
                    ("paused", "Publishing was paused"),
                    ("resumed", "Publishing started again"),
                    ("review_soon", "A comment must be decided soon"),
                    ("review_overdue", "A comment should have been decided"),
                    ("second_wanted", "A comment waits for a second person"),
                    ("action_trouble", "What was decided of a comment is not done"),
                    ("audit_done", "An audit has its report"),
                    ("audit_failed", "An audit stopped before its report"),
                ],
                max_length=16,
            ),
        ),
    ]
