// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// From text to a finished Program, in three passes: Parse() (operator precedence), Shape() (paths,
// ancestry, tail calls), Resolve() (variables). Each leaves the program alone after an error. Called
// by Compile() once per expression, on one thread.
#pragma once

#include "asl/jsonata/error.h"
#include "asl/jsonata/tree.h"

namespace asl::jsonata {

// program->text is set; sets program->root. Positions of errors count bytes.
Error Parse(Program* program);

// Rewrites the tree under program->root.
Error Shape(Program* program);

// Fills in what tree.h says Resolve() makes.
Error Resolve(Program* program);

}  // namespace asl::jsonata
