import type { RequestContext } from '../http/request-state.ts';
import { brandingQuery, PREVIEWED_PAGES, type PreviewedPage, readBranding } from './branding.ts';
import type { BrandingDeps } from './branding-preview.ts';
import { brandingPage } from './pages/branding-page.ts';
import { type PlaygroundDeps, redirect } from './visit.ts';

export const BRANDING_PATH = '/branding';

type Route = (deps: PlaygroundDeps, ctx: RequestContext) => Promise<void>;

/** Everything that is about a look, by method and path. */
export const BRANDING_ROUTES: readonly (readonly [string, Route])[] = [
  [`GET ${BRANDING_PATH}`, showBranding],
  ...PREVIEWED_PAGES.map(
    (name) =>
      [
        `GET ${previewPath(name)}`,
        (deps: PlaygroundDeps, ctx: RequestContext) => showPreview(deps, ctx, name),
      ] as const,
  ),
];

/** `GET /branding`: the form of a look, and what comes of it; the page wears its colour. */
async function showBranding(deps: PlaygroundDeps, ctx: RequestContext): Promise<void> {
  const { branding } = deps;
  if (branding === undefined) return;
  const form = formOf(branding, ctx);
  const query = brandingQuery(form.branding);
  const page = brandingPage({
    path: BRANDING_PATH,
    form,
    languages: branding.languages,
    previews: PREVIEWED_PAGES.map((name) => ({ name, href: `${previewPath(name)}?${query}` })),
    issuer: deps.issuers[0].issuer,
  });
  deps.show(ctx, page, { accentColor: form.branding.accentColor });
}

/** A hosted page as it would look, whose forms lead nowhere. */
async function showPreview(
  deps: PlaygroundDeps,
  ctx: RequestContext,
  name: PreviewedPage,
): Promise<void> {
  const { branding } = deps;
  if (branding === undefined) return;
  const form = formOf(branding, ctx);
  if (Object.keys(form.problems).length > 0) {
    return redirect(ctx, `${BRANDING_PATH}?${ctx.querystring}`);
  }
  const { frame, page } = await branding.draw(name, {
    ...form.branding,
    logo: form.branding.logo ? branding.sampleLogo : undefined,
  });
  const back = {
    text: 'Back to the playground',
    href: `${BRANDING_PATH}?${brandingQuery(form.branding)}`,
  };
  deps.showHosted(
    ctx,
    { ...frame, links: [...frame.links, back], languages: undefined, ownHost: true },
    { ...page, formTargets: undefined },
  );
}

function previewPath(name: PreviewedPage): string {
  return `${BRANDING_PATH}/preview/${name}`;
}

function formOf({ languages }: BrandingDeps, ctx: RequestContext) {
  const [first, ...others] = languages;
  return readBranding(new URLSearchParams(ctx.querystring), [
    first.tag,
    ...others.map(({ tag }) => tag),
  ]);
}
