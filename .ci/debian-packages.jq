# CycloneDX of the Debian packages of an image. Each line that it reads is one of them: distribution, name,
# version and architecture, with tabs between.
{
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  components: [
    inputs / "\t"
    | {
        type: "library",
        name: .[1],
        version: .[2],
        purl: "pkg:deb/debian/\(.[1] | @uri)@\(.[2] | @uri)?arch=\(.[3])&distro=\(.[0])"
      }
  ]
}
