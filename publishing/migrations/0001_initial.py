
import django.db.models.deletion
import publishing.models
import uuid
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
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('key', models.CharField(default=publishing.models.delivery_key, max_length=32, unique=True)),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('held', 'Held'), ('claimed', 'About to leave'), ('sending', 'Being sent'), ('published', 'Published'), ('processing', 'Processing'), ('partial', 'Partly published'), ('rejected', 'Refused'), ('unknown', 'Being checked'), ('needs_person', 'To check by hand'), ('missed', 'Missed'), ('cancelled', 'Cancelled'), ('removed', 'Removed')], default='planned', max_length=12, verbose_name='state')),
                ('due_at', models.DateTimeField(verbose_name='planned for')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('hold_reason', models.CharField(blank=True, choices=[('policy', 'A cap'), ('paused', 'A pause'), ('reconnect', 'A page to reconnect')], max_length=10)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('step', models.CharField(blank=True, choices=[('edit', 'edit'), ('reconnect', 'reconnect'), ('pay', 'pay'), ('contact', 'contact'), ('none', 'none')], max_length=10)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('remote_id', models.CharField(blank=True, max_length=300)),
                ('remote_url', models.URLField(blank=True, max_length=500)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='pages.page')),
                ('planned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ('due_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='Gap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveIntegerField(verbose_name='least gap (minutes)')),
                ('page', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='gap', to='pages.page')),
            ],
            options={
                'verbose_name': 'least gap',
                'verbose_name_plural': 'least gaps',
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('for_due_at', models.DateTimeField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='publishing.delivery')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'override',
                'verbose_name_plural': 'overrides',
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('text', models.TextField(max_length=70000, verbose_name='text')),
                ('link', models.URLField(blank=True, max_length=500, verbose_name='link')),
                ('content_type', models.CharField(choices=[('information', 'Information'), ('promotion', 'Promotion'), ('conversation', 'Conversation'), ('service', 'Service'), ('backstage', 'Backstage')], default='information', max_length=12, verbose_name='content type')),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('discarded_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('brand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='pages.brand')),
            ],
            options={
                'verbose_name': 'post',
                'verbose_name_plural': 'posts',
                'ordering': ('-created_at',),
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='post',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='publishing.post'),
        ),
        migrations.CreateModel(
            name='Cap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at_most', models.PositiveSmallIntegerField(verbose_name='at most')),
                ('hours', models.PositiveIntegerField(verbose_name='in any window of (hours)')),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caps', to='pages.page')),
            ],
            options={
                'verbose_name': 'cap',
                'verbose_name_plural': 'caps',
                'ordering': ('hours',),
                'constraints': [models.UniqueConstraint(models.F('page'), models.F('hours'), name='one_cap_per_window'), models.CheckConstraint(condition=models.Q(('at_most__gte', 1), ('hours__gte', 1)), name='cap_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('done', 'done'), ('later', 'later'), ('never', 'never'), ('unknown', 'unknown')], max_length=8)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('remote_id', models.CharField(blank=True, max_length=300)),
                ('answer', models.TextField(blank=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='publishing.delivery')),
            ],
            options={
                'ordering': ('number',),
                'constraints': [models.UniqueConstraint(models.F('delivery'), models.F('number'), name='attempts_are_numbered')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease_token', models.UUIDField(blank=True, editable=False, null=True)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('task', models.CharField(choices=[('ledger', 'Ledger'), ('notice', 'Notice')], max_length=8)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('doing', 'Being done'), ('done', 'Done')], default='waiting', max_length=8)),
                ('event', models.CharField(choices=[('planned', 'Planned'), ('held', 'Held'), ('claimed', 'About to leave'), ('sending', 'Being sent'), ('published', 'Published'), ('processing', 'Processing'), ('partial', 'Partly published'), ('rejected', 'Refused'), ('unknown', 'Being checked'), ('needs_person', 'To check by hand'), ('missed', 'Missed'), ('cancelled', 'Cancelled'), ('removed', 'Removed')], max_length=12)),
                ('at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='publishing.delivery')),
            ],
            options={
                'ordering': ('pk',),
                'indexes': [models.Index(fields=['state', 'next_try_at'], name='follow_up_due')],
            },
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(fields=['brand', '-updated_at'], name='post_brand_recent'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['state', 'due_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['page', 'due_at'], name='delivery_page_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('lease_until', None), _negated=True), fields=['lease_until'], name='delivery_lease'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(models.F('post'), models.F('page'), name='one_delivery_per_post_and_page'),
        ),
    ]
