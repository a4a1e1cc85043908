// How Sphinx orders what a search finds: pages that explain come before members of the reference.
var Scorer = {
  score: ([page, , , , score]) => (/^(guide\/|tutorial)/.test(page) ? score + 12 : score),
  objNameMatch: 11,
  objPartialMatch: 2,
  objPrio: { 0: 5, 1: 0, 2: -5 },
  objPrioDefault: 0,
  title: 20,
  partialTitle: 10,
  term: 5,
  partialTerm: 2,
};
