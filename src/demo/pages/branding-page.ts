import type { Page } from '../../http/render-page.ts';
import {
  BRANDING_LINKS,
  type BrandingForm,
  type BrandingLink,
  brandingSeed,
  type PreviewedPage,
  welcomeField,
} from '../branding.ts';
import type { PreviewLanguage } from '../branding-preview.ts';
import { contrastWarning, explainContrast } from '../explain-contrast.ts';

/** Slug of the tenant that the seed file makes: nobody's, so that it changes none. */
const PREVIEW_TENANT = 'my-look';
/** Below the directory that the server was started in. */
const SAMPLE_LOGO_FILE = 'views/playground/sample-logo.png';
const SEED_FILE = `${PREVIEW_TENANT}.yaml`;

const PREVIEW_TEXT: Readonly<Record<PreviewedPage, { text: string; hint: string }>> = {
  'sign-in': { text: 'Sign-in', hint: 'what everybody sees first' },
  consent: { text: 'Consent', hint: 'what a new application asks for' },
  code: { text: 'Second factor', hint: 'the code of an authenticator app' },
};

const LINK_TEXT: Readonly<Record<BrandingLink, string>> = {
  privacyUrl: 'Privacy',
  termsUrl: 'Terms',
  supportUrl: 'Help',
  imprintUrl: 'Imprint',
};

export interface BrandingView {
  /** Where the form goes, with a GET. */
  readonly path: string;
  readonly form: BrandingForm;
  readonly languages: readonly PreviewLanguage[];
  readonly previews: readonly { readonly name: PreviewedPage; readonly href: string }[];
  /** Issuer of the default tenant. */
  readonly issuer: string;
}

/** Asks for a look, and shows what comes of it: the pages, how they read, the file to copy. */
export function brandingPage(view: BrandingView): Page {
  const { form, languages, issuer } = view;
  const { branding, fields, problems } = form;
  const { accentColor } = branding;
  const failed = Object.keys(problems).length > 0;
  const title = 'Try your own look';
  const [firstProblem] = Object.keys(problems);
  const field = (id: string) => ({
    id,
    value: fields[id],
    problem: problems[id],
    autofocus: id === firstProblem,
  });
  const translations = languages.map(({ tag, name }) => ({
    ...field(welcomeField(tag)),
    label: name,
    lang: tag,
  }));
  return {
    template: 'branding',
    title: failed ? `Error: ${title}` : title,
    status: failed ? 422 : 200,
    formTargets: [],
    data: {
      heading: title,
      path: view.path,
      name: { ...field('name'), label: 'Name' },
      accent: { ...field('accent'), label: 'or type', placeholder: '#rrggbb', code: true },
      welcome: {
        ...field(welcomeField()),
        label: 'Welcome text',
        hint: 'on the sign-in page; empty: none',
      },
      translations,
      translated: translations.some(({ value }) => value !== ''),
      links: BRANDING_LINKS.map((link) => ({ ...field(link), label: LINK_TEXT[link], code: true })),
      picked: form.picked,
      logo: branding.logo,
      languages: languages.map(({ tag, name }) => ({
        tag,
        name,
        chosen: tag === branding.language,
      })),
      result: failed
        ? undefined
        : {
            previews: view.previews.map(({ name, href }) => ({ ...PREVIEW_TEXT[name], href })),
            warning: accentColor === undefined ? undefined : contrastWarning(accentColor),
            contrast: accentColor === undefined ? undefined : explainContrast(accentColor),
            file: SEED_FILE,
            seed: brandingSeed(branding, { slug: PREVIEW_TENANT, logoFile: SAMPLE_LOGO_FILE }),
            command: `npm run cli -- seed apply ${SEED_FILE}`,
            account: `${issuer}/t/${PREVIEW_TENANT}/account`,
          },
    },
  };
}
