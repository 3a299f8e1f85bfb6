import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: 'Les applications que vous autorisez à voir votre profil voient ce que vous indiquez ici. Tout est facultatif.',
  save: 'Enregistrer',
  problem: 'Rien n’est encore enregistré. Vérifiez les champs signalés.',
  groups: {
    name: 'Nom',
    preferences: 'Langue et heure',
    contact: 'Coordonnées',
    address: 'Adresse postale',
  },
  fields: {
    name: {
      label: 'Nom complet',
      hint: 'Tel qu’il doit être affiché',
      problem: 'Utilisez au plus 255 caractères.',
    },
    given_name: { label: 'Prénom', hint: '', problem: 'Utilisez au plus 255 caractères.' },
    family_name: { label: 'Nom de famille', hint: '', problem: 'Utilisez au plus 255 caractères.' },
    nickname: { label: 'Surnom', hint: '', problem: 'Utilisez au plus 255 caractères.' },
    birthdate: {
      label: 'Date de naissance',
      hint: '',
      problem: 'Saisissez une date telle que 1980-02-29.',
    },
    locale: {
      label: 'Langue',
      hint: 'De ces pages et de nos e-mails',
      problem: 'Choisissez une langue dans la liste.',
    },
    zoneinfo: {
      label: 'Fuseau horaire',
      hint: '',
      problem: 'Choisissez un fuseau horaire dans la liste.',
    },
    phone_number: {
      label: 'Numéro de téléphone',
      hint: 'Avec l’indicatif du pays, par exemple +33 1 99 00 12 34',
      problem: 'Saisissez un numéro de téléphone tel que +33 1 99 00 12 34.',
    },
    website: {
      label: 'Site web',
      hint: '',
      problem: 'Saisissez une adresse qui commence par https:// ou http://.',
    },
    picture: {
      label: 'Photo',
      hint: 'L’adresse d’une image sur le web',
      problem: 'Saisissez une adresse qui commence par https:// ou http://.',
    },
    street_address: { label: 'Numéro et rue', hint: '', problem: 'Utilisez moins de caractères.' },
    postal_code: { label: 'Code postal', hint: '', problem: 'Utilisez moins de caractères.' },
    locality: { label: 'Ville', hint: '', problem: 'Utilisez moins de caractères.' },
    region: { label: 'État ou région', hint: '', problem: 'Utilisez moins de caractères.' },
    country: { label: 'Pays', hint: '', problem: 'Utilisez moins de caractères.' },
  },
  noChoice: 'Non renseigné',
};
