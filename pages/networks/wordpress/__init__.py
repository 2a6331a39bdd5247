"""Sites made with WordPress, through their own REST API."""

from types import MappingProxyType

from pages.networks.spec import NetworkSpec
from pages.networks.types import Capability, ConnectKind, WhyNot
from pages.networks.wordpress.client import WordPressClient, build
from pages.networks.wordpress.images import RULES
from pages.networks.wordpress.outgoing import measure
from pages.networks.wordpress.roots import VERSION

__all__ = ["SPEC", "WordPressClient"]

SPEC = NetworkSpec(
    code="wordpress",
    name="WordPress",
    connect=ConnectKind.LOGIN,
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.FIND,
            Capability.DELETE,
            Capability.IMAGES,
            Capability.PROFILE,
            Capability.POST_FIGURES,
            Capability.COMMENTS,
            Capability.MENTIONS,
            Capability.REPLY,
            Capability.HIDE,
            Capability.DELETE_COMMENT,
            Capability.APPROVE,
        }
    ),
    default_text_limit=50_000,
    measure=measure,
    build=build,
    reconciles=(
        "A post goes out under a slug that ends with what its key alone has, the same at every try: the site "
        "is asked for it, then for what ends so among the posts of that time. An answer carries its key as "
        "the program that wrote it (`author_user_agent`). What is thrown away is absent."
    ),
    listens=(
        "All comments of the site in the order of their numbers, shown or waiting; the first turn begins "
        "with the latest hundred. An edit, an approval and a comment fetched back from spam are seen among "
        "the latest seventy. A comment that waits is pending, whether nobody approved it yet or it was "
        "hidden: WordPress does not tell the two apart. Pingbacks and trackbacks are mentions. Left aside: "
        "spam, what is in the trash, and the account's own comments. Whoever does not moderate there "
        "publishes all the same: listening alone asks for another account (`listen_scope_missing`)."
    ),
    why_not=MappingProxyType(
        {
            Capability.AUDIENCE: WhyNot.NO_COUNT,
            Capability.URL_FIGURES: WhyNot.NO_COUNT,
            Capability.MESSAGES: WhyNot.NO_CALL,
            Capability.BLOCK: WhyNot.SITE_ALONE,
            Capability.TELL: WhyNot.NO_CALL,
            Capability.REFRESH: WhyNot.NEVER_ENDS,
        }
    ),
    settings_page="/wp-admin/profile.php",
    version=VERSION,
    images=RULES,
    polls_every=120,
    says_hidden=False,
)
