
import cm_suite.core.crypto
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('pages', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NewsroomPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('text', models.TextField()),
                ('link', models.URLField(blank=True, max_length=500)),
                ('content_type', models.CharField(max_length=12)),
                ('language', models.CharField(max_length=5)),
                ('published_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='newsroom_posts', to='pages.page')),
            ],
            options={
                'verbose_name': 'newsroom post',
                'verbose_name_plural': 'newsroom posts',
                'ordering': ('-published_at', '-pk'),
                'indexes': [models.Index(fields=['page', '-published_at'], name='newsroom_recent')],
                'constraints': [models.UniqueConstraint(models.F('page'), models.F('key'), name='one_post_per_delivery')],
            },
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', cm_suite.core.crypto.EncryptedTextField(blank=True)),
                ('email_hash', models.CharField(max_length=64)),
                ('language', models.CharField(choices=[('fr', 'French'), ('en', 'English')], default='fr', max_length=5)),
                ('state', models.CharField(choices=[('pending', 'To confirm'), ('active', 'Subscribed'), ('left', 'Left')], default='pending', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('left_at', models.DateTimeField(blank=True, null=True)),
                ('told_until', models.DateTimeField(blank=True, null=True)),
                ('page', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscribers', to='pages.page')),
            ],
            options={
                'verbose_name': 'subscriber',
                'verbose_name_plural': 'subscribers',
                'indexes': [models.Index(fields=['page', 'state'], name='subscriber_state')],
                'constraints': [models.UniqueConstraint(models.F('page'), models.F('email_hash'), name='one_subscription_per_address')],
            },
        ),
    ]
