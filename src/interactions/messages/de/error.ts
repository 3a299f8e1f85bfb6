import type { Messages } from '../catalogue.ts';

export const error: Messages['error'] = {
  requestId: 'Anfrage',
  details: 'Technische Einzelheiten',
  back: 'Noch einmal versuchen',
  codes: {
    csrf_token_invalid: {
      title: 'Bitte versuchen Sie das noch einmal',
      text: 'Dieses Formular war veraltet, daher ist nichts geschehen. Öffnen Sie es neu und senden Sie es noch einmal ab.',
    },
    origin_refused: {
      title: 'Diese Anfrage wurde gestoppt',
      text: 'Sie kam nicht von dieser Website, daher ist nichts geschehen.',
    },
    invalid_client: {
      title: 'Diese Anwendung ist hier nicht bekannt',
      text: 'Die Anwendung, von der Sie kommen, ist nicht registriert oder abgeschaltet. Sagen Sie es denen, die sie betreiben.',
    },
    invalid_redirect_uri: {
      title: 'Diese Anwendung ist nicht richtig eingerichtet',
      text: 'Sie wollte Sie an eine Adresse schicken, die sie nicht registriert hat; deshalb haben wir angehalten. Sagen Sie es denen, die sie betreiben.',
    },
    invalid_request: {
      title: 'Diese Anfrage war nicht zu verstehen',
      text: 'Die Anwendung oder der Link, von dem Sie kommen, hat etwas Unvollständiges oder Falsches gesendet. Gehen Sie zurück und beginnen Sie noch einmal.',
    },
    unauthorized_client: {
      title: 'Diese Anwendung darf das nicht',
      text: 'Sie hat etwas verlangt, wofür sie nicht registriert ist. Sagen Sie es denen, die sie betreiben.',
    },
    access_denied: {
      title: 'Der Zugriff wurde verweigert',
      text: 'Es wurde nichts weitergegeben. Sie können zur Anwendung zurückgehen und noch einmal beginnen.',
    },
    temporarily_unavailable: {
      title: 'Wir können gerade nicht antworten',
      text: 'Etwas, das wir brauchen, antwortet nicht. Warten Sie einen Moment und laden Sie diese Seite dann neu.',
    },
  },
  statuses: {
    400: {
      title: 'Diese Anfrage war nicht zu verstehen',
      text: 'Etwas darin war unvollständig oder falsch. Gehen Sie zurück und beginnen Sie noch einmal.',
    },
    403: {
      title: 'Das ist nicht erlaubt',
      text: 'Es ist nichts geschehen. Gehen Sie zurück und beginnen Sie noch einmal.',
    },
    404: {
      title: 'Diese Seite gibt es nicht',
      text: 'Prüfen Sie die Adresse, oder gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
    },
    405: {
      title: 'Das ist hier nicht möglich',
      text: 'Diese Adresse nimmt Anfragen dieser Art nicht an.',
    },
    413: {
      title: 'Das war zu viel',
      text: 'Das Formular enthält mehr, als diese Seite annimmt. Es ist nichts geschehen.',
    },
    421: {
      title: 'Diese Website ist nicht hier',
      text: 'Dieser Server antwortet nicht unter der Adresse, die Sie geöffnet haben.',
    },
    429: {
      title: 'Zu viele Anfragen',
      text: 'Aus Ihrem Netzwerk kamen zu viele. Warten Sie ein wenig und versuchen Sie es dann noch einmal.',
    },
    503: {
      title: 'Wir können gerade nicht antworten',
      text: 'Etwas, das wir brauchen, antwortet nicht. Warten Sie einen Moment und laden Sie diese Seite dann neu.',
    },
  },
  refused: {
    title: 'Das hat nicht geklappt',
    text: 'Die Anfrage wurde abgelehnt. Gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  },
  failed: {
    title: 'Etwas ist schiefgegangen',
    text: 'Das liegt an uns, nicht an Ihnen. Versuchen Sie es noch einmal. Wenn es wieder geschieht, bitten Sie um Hilfe und nennen Sie die Anfrage unten.',
  },
};
