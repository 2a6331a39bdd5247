
import cm_suite.core.crypto
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pages', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('kind', models.CharField(choices=[('invitation', 'Invitation'), ('password', 'Password reset'), ('notice', 'Notice'), ('confirm', 'Confirmation of a subscription'), ('digest', 'Digest')], max_length=12, verbose_name='kind')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('message_id', models.CharField(max_length=120, unique=True)),
                ('language', models.CharField(choices=[('fr', 'French'), ('en', 'English')], default='fr', max_length=5)),
                ('to', cm_suite.core.crypto.EncryptedTextField()),
                ('subject', cm_suite.core.crypto.EncryptedTextField()),
                ('text', cm_suite.core.crypto.EncryptedTextField(blank=True)),
                ('html', cm_suite.core.crypto.EncryptedTextField(blank=True)),
                ('unsubscribe_url', cm_suite.core.crypto.EncryptedTextField(blank=True)),
                ('emptied', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('planned', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('refused', 'Refused'), ('unknown', 'Unknown')], default='planned', max_length=8, verbose_name='state')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('settled_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('brand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='pages.brand')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'outgoing mail',
                'verbose_name_plural': 'outgoing mails',
                'indexes': [models.Index(fields=['state', 'next_attempt_at'], name='mail_due')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('published', 'A post went out'), ('held', 'A post is held'), ('rejected', 'A network refused a post'), ('needs_person', 'Somebody must check whether a post went out'), ('missed', 'A post missed its time'), ('reconnect', 'A page must be reconnected'), ('paused', 'Publishing was paused'), ('resumed', 'Publishing started again')], max_length=16)),
                ('key', models.CharField(max_length=80)),
                ('subject', models.CharField(max_length=200)),
                ('link', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='pages.brand')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ('-at',),
                'indexes': [models.Index(fields=['person', 'brand', 'read_at'], name='notice_unread')],
                'constraints': [models.UniqueConstraint(models.F('person'), models.F('key'), name='one_notice_per_event')],
            },
        ),
        migrations.CreateModel(
            name='NoticePreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('published', 'A post went out'), ('held', 'A post is held'), ('rejected', 'A network refused a post'), ('needs_person', 'Somebody must check whether a post went out'), ('missed', 'A post missed its time'), ('reconnect', 'A page must be reconnected'), ('paused', 'Publishing was paused'), ('resumed', 'Publishing started again')], max_length=16)),
                ('in_app', models.BooleanField(default=True)),
                ('by_mail', models.BooleanField(default=False)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_preferences', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notice preference',
                'verbose_name_plural': 'notice preferences',
                'constraints': [models.UniqueConstraint(models.F('person'), models.F('kind'), name='one_preference_per_kind')],
            },
        ),
    ]
