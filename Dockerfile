# The image of Gatehouse. Node.js is its first process, as user 10001, and gets every signal itself;
# the root file system may be read-only, for only /tmp is written to. docs/deploy.md, "The image", says
# how to build, run and verify it; `npm run check:deploy image` does all of that.

# A digest makes it one certain image: --build-arg NODE_DIGEST=sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim
ARG NODE_DIGEST=

FROM ${NODE_IMAGE}${NODE_DIGEST:+@}${NODE_DIGEST} AS build
WORKDIR /gatehouse
# All packages, fetched again only when package-lock.json changes. Whoever has a registry of their own
# hands in an .npmrc (--secret id=npmrc,src=…), which is in no layer.
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json knexfile.ts ./
COPY migrations migrations
COPY views views
COPY seeds seeds
COPY src src
RUN npm run build && chmod -R a+rX dist
# The packages that run are left, without what is there for compilers and debuggers, and a list of
# them. Our own optional ones are the Node.js and the PostgreSQL of laptops; those of packages stay
# (--omit=optional would take argon2 and bcrypt along).
RUN npm pkg delete devDependencies optionalDependencies scripts \
 && npm prune --ignore-scripts --no-audit --no-fund \
 && npm sbom --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json \
 && find dist node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' \) -delete

FROM ${NODE_IMAGE}${NODE_DIGEST:+@}${NODE_DIGEST}
# Nothing installs packages in a container.
RUN groupadd --gid 10001 gatehouse \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
      --shell /usr/sbin/nologin gatehouse \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
      /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && ln -s /app/dist/src/cli/cli.js /usr/local/bin/gatehouse
WORKDIR /app
COPY LICENSE ./
COPY --from=build /gatehouse/package.json /gatehouse/sbom.cdx.json ./
COPY --from=build /gatehouse/node_modules node_modules
COPY --from=build /gatehouse/dist dist
# A cache of compiled code would go with the container's /tmp before anything read it.
ENV NODE_ENV=production NODE_DISABLE_COMPILE_CACHE=1
USER 10001:10001
EXPOSE 3000 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "dist/src/healthcheck.js"]
# The base image's own puts a shell before the program.
ENTRYPOINT []
CMD ["node", "dist/src/main.js"]

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Gatehouse" \
      org.opencontainers.image.description="An OpenID Connect and OAuth 2.0 identity provider" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
