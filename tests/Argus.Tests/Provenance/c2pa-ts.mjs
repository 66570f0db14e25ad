// What @trustnxt/c2pa-ts says of files: node c2pa-ts.mjs FOLDER-WITH-node_modules FILE...
import * as fs from 'node:fs/promises';

const library = `${process.argv[2]}/node_modules/@trustnxt/c2pa-ts/dist`;
const { BMFF, JPEG, PNG } = await import(`${library}/asset/index.js`);
const { SuperBox } = await import(`${library}/jumbf/index.js`);
const { ManifestStore, Signature } = await import(`${library}/manifest/index.js`);

// The files are not signed: what stands beside the signature is compared.
Signature.read = () => new Signature({});

const answers = [];
for (const file of process.argv.slice(3)) {
  const bytes = await fs.readFile(file);
  const asset = new ([JPEG, PNG, BMFF].find(type => type.canRead(bytes)))(bytes);
  const store = ManifestStore.read(SuperBox.fromBuffer(await asset.getManifestJUMBF()));
  const manifest = store.getActiveManifest();
  const assertions = manifest.assertions.assertions;
  const binding = assertions.find(assertion => assertion.hash);
  answers.push({
    generator: `${manifest.claim.claimGeneratorName} ${manifest.claim.claimGeneratorVersion}`,
    actions: assertions.flatMap(assertion => assertion.actions ?? []).map(action => [action.action, action.digitalSourceType]),
    holds: (await binding.validateAgainstAsset(asset)).statusEntries.every(entry => entry.code.endsWith('.match')),
    parts: await Promise.all(manifest.claim.assertions.map(reference => manifest.validateHashedReference(reference))),
  });
}
console.log(JSON.stringify(answers));
