// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The adapters, one per corpus and one source file each (or a few of one beginning): what a case
// of that corpus looks like and how it is run. corpora.cc puts them in order; nobody else calls
// them.
#pragma once

#include "tests/conformance/corpus.h"

namespace conformance {

Corpus Recorded();      // aws-recorded: what AWS did
Corpus Exec();          // asl-exec: values and single states after other interpreters' tests
Corpus Validation();    // asl-validation: definitions that others call valid or invalid
Corpus Workflows();     // asl-workflows: definitions of real projects
Corpus Jsonata();       // jsonata: the language's own test suite
Corpus JaywayPaths();   // jsonpath-jayway: what the library of AWS answers
Corpus Rfc9535Paths();  // jsonpath-rfc9535: plain selectors
Corpus SigV4();         // sigv4: AWS's signatures, made and checked

}  // namespace conformance
