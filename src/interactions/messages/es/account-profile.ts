import type { Messages } from '../catalogue.ts';

export const accountProfile: Messages['accountProfile'] = {
  lead: 'Las aplicaciones a las que permites ver tu perfil ven lo que pongas aquí. Todo es opcional.',
  save: 'Guardar',
  problem: 'Todavía no se ha guardado nada. Revisa los campos marcados.',
  groups: {
    name: 'Nombre',
    preferences: 'Idioma y hora',
    contact: 'Contacto',
    address: 'Dirección postal',
  },
  fields: {
    name: {
      label: 'Nombre completo',
      hint: 'Como debe mostrarse',
      problem: 'Usa como máximo 255 caracteres.',
    },
    given_name: { label: 'Nombre de pila', hint: '', problem: 'Usa como máximo 255 caracteres.' },
    family_name: { label: 'Apellidos', hint: '', problem: 'Usa como máximo 255 caracteres.' },
    nickname: { label: 'Apodo', hint: '', problem: 'Usa como máximo 255 caracteres.' },
    birthdate: {
      label: 'Fecha de nacimiento',
      hint: '',
      problem: 'Escribe un día como 1980-02-29.',
    },
    locale: {
      label: 'Idioma',
      hint: 'De estas páginas y de nuestros correos',
      problem: 'Elige un idioma de la lista.',
    },
    zoneinfo: { label: 'Zona horaria', hint: '', problem: 'Elige una zona horaria de la lista.' },
    phone_number: {
      label: 'Número de teléfono',
      hint: 'Con el prefijo del país, como +34 910 123 456',
      problem: 'Escribe un número de teléfono como +34 910 123 456.',
    },
    website: {
      label: 'Sitio web',
      hint: '',
      problem: 'Escribe una dirección que empiece por https:// o http://.',
    },
    picture: {
      label: 'Foto',
      hint: 'La dirección de una imagen en la web',
      problem: 'Escribe una dirección que empiece por https:// o http://.',
    },
    street_address: { label: 'Calle y número', hint: '', problem: 'Usa menos caracteres.' },
    postal_code: { label: 'Código postal', hint: '', problem: 'Usa menos caracteres.' },
    locality: { label: 'Ciudad', hint: '', problem: 'Usa menos caracteres.' },
    region: { label: 'Provincia o región', hint: '', problem: 'Usa menos caracteres.' },
    country: { label: 'País', hint: '', problem: 'Usa menos caracteres.' },
  },
  noChoice: 'Sin indicar',
};
