import type { Page, PageFrame } from '../http/render-page.ts';
import type { Branding, PreviewedPage } from './branding.ts';

/** A language that pages can be shown in. */
export interface PreviewLanguage {
  /** BCP 47. */
  readonly tag: string;
  /** As it calls itself. */
  readonly name: string;
}

/** The hosted pages as they would look; whoever starts the playground hands them in. */
export interface BrandingPreview {
  readonly languages: readonly [PreviewLanguage, ...PreviewLanguage[]];
  /** @param logo - a picture as a `data:` address, or none */
  draw(
    name: PreviewedPage,
    branding: Omit<Branding, 'logo'> & { readonly logo: string | undefined },
  ): Promise<{ readonly frame: PageFrame; readonly page: Page }>;
}

/** What the playground's pages about a look have. */
export interface BrandingDeps extends BrandingPreview {
  /** The sample, as a `data:` address. */
  readonly sampleLogo: string;
}
