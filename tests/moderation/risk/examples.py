"""Comments written for these tests, in several voices; none is taken from a corpus."""

from moderation.risk.labels import Label

FLAGGED: dict[Label, tuple[str, ...]] = {
    Label.INSULT: (
        "T'es vraiment qu'un gros connard, Kévin.",
        "Ferme ta gueule, on t'a pas sonné.",
        "Votre vendeuse est une abrutie finie.",
        "Pauvre imbécile, apprenez donc à lire avant de commenter.",
        "Le gérant du magasin ? Un sinistre crétin doublé d'un goujat.",
        "vs ete ke des bouffons",
        "@lola_m quelle grosse conne celle-là",
        "espèce d'enc*lé",
        "fdp va",
        "Madame Berthier, vous êtes une ordure.",
    ),
    Label.INSULT_AGGRAVATED: (
        "Sale arabe, tu peux toujours attendre ton remboursement.",
        "Retourne dans ton pays au lieu de réclamer.",
        "Toi la gouine du rayon jardin, occupe-toi de tes fleurs.",
        "Le livreur, ce bougnoule, a laissé le colis dehors.",
        "Va faire la vaisselle, connasse, laisse parler les hommes.",
        "T'es mongol ou quoi ? Lis l'étiquette.",
        "petit pd va",
        "Cette youpine tient la caisse maintenant ?",
    ),
    Label.DEFAMATION: (
        "Le directeur du magasin de Nantes pique dans la caisse depuis deux ans.",
        "Mme Fournier, la comptable, a falsifié les factures du club.",
        "Votre chef de cuisine sert de la viande avariée aux enfants de la cantine.",
        "Demandez à Paul Renaud combien il a touché d'enveloppes pour ce marché.",
        "Le moniteur de voile aurait été condamné pour attouchements, on nous le cache.",
        "M. Lemoine fait travailler ses maçons au noir, tout le village le sait.",
        "La pharmacienne facture à la Sécu des boîtes qu'elle n'a jamais délivrées.",
        "Le maire a reçu des pots-de-vin pour la rocade.",
        "Est-ce que votre gérant, M. Diaz, continue de frapper ses apprentis ?",
    ),
    Label.DEFAMATION_AGGRAVATED: (
        "Votre livreur algérien vole les colis, comme tous les Arabes.",
        "Le vigile a volé mon téléphone, normal pour un Roumain.",
        "M. Cohen a détourné la caution, un juif oblige.",
    ),
    Label.HATE: (
        "Les musulmans dehors, on est chez nous.",
        "Il faut expulser tous ces migrants, et vite.",
        "Qu'on les brûle tous, les homos.",
        "Les Roms sont des parasites, rien d'autre.",
        "N'embauchez pas de Noirs, vous verrez la différence.",
        "Mort aux juifs",
    ),
    Label.THREAT: (
        "Je vais te crever, t'entends ?",
        "On sait où tu habites, fais gaffe en rentrant.",
        "Dites au patron qu'on l'attend à la sortie.",
        "Si vous ne remboursez pas ma mère, je brûle votre boutique.",
        "Tu vas le payer cher, crois-moi.",
        "Je vais vous casser la gueule, bande de nazes.",
        "J vais t'buter toi et ta caissière",
    ),
    Label.HARASSMENT: (
        "Allez tous sur son profil lui dire ce que vous pensez d'elle.",
        "Va te pendre, personne ne te pleurera.",
        "Inondez sa messagerie, qu'elle supprime son compte.",
        "Tue-toi.",
        "On va lui pourrir la vie jusqu'à ce qu'elle démissionne.",
    ),
    Label.DOXXING: (
        "Si vous voulez dire deux mots à Julie Morel, elle habite 12 rue des Lilas, allez lui rendre visite.",
        "Le numéro de portable de votre vendeur Karim Belkacem : 06 12 34 56 78, appelez-le la nuit.",
        "Sophie Lambert sort du travail vers 18 h, parking nord, vous savez quoi faire.",
        "Son vrai nom c'est Marc Delorme, il habite au 4 allée des Tilleuls à Niort.",
    ),
    Label.SPAM: (
        "Prêt entre particuliers, taux 2 %, contactez Mme Duval sur WhatsApp.",
        "Gagnez 300 euros par jour depuis chez vous, cliquez sur le lien en bio !",
        "Grand marabout, retour affectif en 48 h, contactez-moi sur WhatsApp.",
        "Earn $500 a day working from home, click the link in my bio.",
        "Trading crypto : je gagne 2000 par semaine, DM moi",
    ),
}

NOT_FLAGGED: dict[Label, tuple[str, ...]] = {
    Label.INSULT: (
        "C'est con, j'avais le code promo mais il est périmé.",
        "Putain de bonne pizza, on reviendra !",
        "Quel idiot je suis, j'ai oublié mon parapluie chez vous.",
        "On m'a traité de connard à votre caisse, je trouve cela inadmissible.",
        "Personne ici n'est un imbécile, on peut discuter calmement.",
        "Le mot « salope » n'a rien à faire dans une publicité.",
        "Cette lessive est nulle, mes draps sentent le chien mouillé.",
        "Rôti de porc délicieux, merci au boucher.",
        "Ma gourde fuit depuis le premier jour.",
        "Dîner de cons passe ce soir, qui vient ?",
    ),
    Label.INSULT_AGGRAVATED: (
        "Ma voisine arabe adore vos pâtisseries, et moi aussi.",
        "Un collègue handicapé a été très bien accueilli, bravo.",
        "La pédale de frein du vélo grince.",
        "Je suis gay et fier, merci pour cette campagne.",
        "Le mot « bougnoule » est une insulte raciste, point.",
        "Vous avez la robe en noire ?",
    ),
    Label.DEFAMATION: (
        "On m'a volé mon vélo devant votre magasin, avez-vous une caméra ?",
        "Le gérant n'a jamais volé personne, arrêtez avec ces rumeurs.",
        "Votre facture comporte une erreur, pouvez-vous me rappeler ?",
        "Trop cher pour ce que c'est, et le serveur était froid.",
        "Je trouve votre politique de retour malhonnête.",
        "M. Perrin a été relaxé, les accusations étaient fausses.",
    ),
    Label.HATE: (
        "Les musulmans de mon quartier fêtent l'Aïd ce week-end, pensez à eux.",
        "Les personnes handicapées peinent à entrer : à quand une rampe ?",
        "Je ne suis pas d'accord avec la doctrine de cette Église.",
        "Bienvenue aux migrants accueillis par la commune.",
        "Il faut lutter contre le racisme, pas expulser les gens.",
    ),
    Label.THREAT: (
        "Je vais vous poursuivre en justice si rien ne bouge.",
        "Ce burger, une tuerie !",
        "On était morts de rire devant votre vidéo.",
        "J'attends mon colis depuis lundi, je vais craquer.",
        "Il a reçu des menaces de mort, c'est intolérable.",
        "On tue le temps en attendant l'ouverture.",
    ),
    Label.HARASSMENT: (
        "Allez tous voir la nouvelle exposition, elle vaut le détour.",
        "Rendez-vous samedi sur notre page pour le live.",
        "Mon chat est passé par la fenêtre, il va bien.",
        "Arrêtez de la harceler, elle a le droit d'avoir un avis.",
    ),
    Label.DOXXING: (
        "Votre boutique du 12 rue des Lilas est-elle ouverte dimanche ?",
        "J'habite 4 allée des Tilleuls, livrez-vous chez moi ?",
        "Mon numéro est le 06 12 34 56 78, rappelez-moi pour le devis.",
        "Le magasin se trouve au 3 place du Marché.",
    ),
    Label.SPAM: (
        "Le lien de votre site ne marche pas.",
        "Est-ce que le crédit gratuit concerne aussi les vélos ?",
        "J'ai gagné le concours, merci !",
        "Votre code promo ne fonctionne pas sur l'application.",
    ),
}

FREE: dict[Label, tuple[str, ...]] = {
    Label.DISPARAGEMENT: (
        "Cet aspirateur est de la camelote, il tient pas trois semaines.",
        "Le pull bouloche dès le premier lavage, qualité médiocre.",
        "Bière infecte, gout de carton.",
    ),
    Label.CRITICISM: (
        "Accueil glacial, je ne reviendrai pas.",
        "Trop cher, et l'attente est interminable.",
        "Je suis très déçue par cette nouvelle formule.",
    ),
    Label.COMPLAINT: (
        "Ma commande n° 4587 n'est toujours pas livrée, pouvez-vous me répondre ?",
        "J'attends le remboursement depuis trois semaines malgré deux relances.",
        "Colis jamais reçu, le service client ne répond pas.",
    ),
    Label.NEUTRAL: (
        "Vous êtes ouverts le 15 août ?",
        "Bravo à toute l'équipe, c'était parfait.",
        "On vient samedi avec les enfants !",
        "👏👏👏",
    ),
}
