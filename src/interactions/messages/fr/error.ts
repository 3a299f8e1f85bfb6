import type { Messages } from '../catalogue.ts';

export const error: Messages['error'] = {
  requestId: 'Requête',
  details: 'Détails techniques',
  back: 'Réessayer',
  codes: {
    csrf_token_invalid: {
      title: 'Veuillez réessayer',
      text: 'Ce formulaire n’était plus à jour ; rien n’a donc été fait. Ouvrez-le de nouveau et renvoyez-le.',
    },
    origin_refused: {
      title: 'Cette requête a été arrêtée',
      text: 'Elle ne venait pas de ce site ; rien n’a donc été fait.',
    },
    invalid_client: {
      title: 'Cette application n’est pas connue ici',
      text: 'L’application qui vous a envoyé ici n’est pas enregistrée ou est désactivée. Prévenez ses responsables.',
    },
    invalid_redirect_uri: {
      title: 'Cette application n’est pas configurée correctement',
      text: 'Elle a demandé à vous envoyer vers une adresse qu’elle n’a pas enregistrée ; nous avons donc tout arrêté. Prévenez ses responsables.',
    },
    invalid_request: {
      title: 'Cette requête n’a pas pu être comprise',
      text: 'L’application ou le lien qui vous a amené ici a envoyé quelque chose d’incomplet ou d’erroné. Revenez en arrière et recommencez.',
    },
    unauthorized_client: {
      title: 'Cette application n’a pas le droit de faire cela',
      text: 'Elle a demandé une chose pour laquelle elle n’est pas enregistrée. Prévenez ses responsables.',
    },
    access_denied: {
      title: 'L’accès a été refusé',
      text: 'Rien n’a été partagé. Vous pouvez retourner à l’application et recommencer.',
    },
    temporarily_unavailable: {
      title: 'Nous ne pouvons pas répondre pour le moment',
      text: 'Un élément dont nous avons besoin ne répond pas. Patientez un instant, puis rechargez cette page.',
    },
  },
  statuses: {
    400: {
      title: 'Cette requête n’a pas pu être comprise',
      text: 'Elle contenait quelque chose d’incomplet ou d’erroné. Revenez en arrière et recommencez.',
    },
    403: {
      title: 'Ce n’est pas autorisé',
      text: 'Rien n’a été fait. Revenez en arrière et recommencez.',
    },
    404: {
      title: 'Cette page n’existe pas',
      text: 'Vérifiez l’adresse, ou retournez à l’application et recommencez.',
    },
    405: {
      title: 'Ce n’est pas possible ici',
      text: 'Cette adresse n’accepte pas ce type de requête.',
    },
    413: {
      title: 'C’était trop',
      text: 'Le formulaire contient plus que ce que cette page accepte. Rien n’a été fait.',
    },
    421: {
      title: 'Ce site n’est pas ici',
      text: 'Ce serveur ne répond pas pour l’adresse que vous avez ouverte.',
    },
    429: {
      title: 'Trop de requêtes',
      text: 'Votre réseau en a envoyé trop. Patientez un peu, puis réessayez.',
    },
    503: {
      title: 'Nous ne pouvons pas répondre pour le moment',
      text: 'Un élément dont nous avons besoin ne répond pas. Patientez un instant, puis rechargez cette page.',
    },
  },
  refused: {
    title: 'Cela n’a pas fonctionné',
    text: 'La requête a été refusée. Retournez à l’application et recommencez.',
  },
  failed: {
    title: 'Une erreur s’est produite',
    text: 'C’est notre faute, pas la vôtre. Réessayez. Si cela se reproduit, demandez de l’aide en citant la requête ci-dessous.',
  },
};
