package datasets_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/mineralflows/mineralflows/datasets"
)

// BenchmarkPackage reads a table of 20,000 claims.
func BenchmarkPackage(b *testing.B) {
	const rows = 20_000
	var claims strings.Builder
	claims.WriteString("mineral,period,from,to,part,amount,basis,origin\n")
	for i := range rows {
		fmt.Fprintf(&claims, "tin,%d,ground,RWA,part %d,%d..%d kg,Sn,m\n", 1990+i%30, i, i, i+7)
	}
	p := datasets.Package{FS: folder(map[string]string{"claims.csv": claims.String()})}
	b.SetBytes(int64(claims.Len()))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range p.Records(context.Background(), datasets.Query{}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
