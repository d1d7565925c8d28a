package area_test

import (
	"testing"

	"github.com/mineralflows/mineralflows/datasets/area"
)

func BenchmarkByCode(b *testing.B) {
	for range b.N {
		if _, err := area.ByCode(180); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkByName(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		if _, err := area.USGS.ByName("Congo (Kinshasa)"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnknownName(b *testing.B) {
	for range b.N {
		if _, err := area.USGS.ByName("Congo (Kinshassa)"); err == nil {
			b.Fatal("resolved")
		}
	}
}
