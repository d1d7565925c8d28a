package comtrade_test

import "github.com/mineralflows/mineralflows/datasets/hs"

func coreLines() []hs.Line { return hs.Core() }
