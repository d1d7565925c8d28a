package flows

// Mass is a mass in metric tonnes.
type Mass float64

// Units of mass, in tonnes. TroyOunce and Pound are exact by definition: 31.1034768 g (the international troy ounce)
// and 0.45359237 kg (the international avoirdupois pound of 1959).
const (
	Tonne     Mass = 1
	Kilotonne Mass = 1000
	Kilogram  Mass = 1e-3
	Gram      Mass = 1e-6
	TroyOunce Mass = 31.1034768e-6
	Pound     Mass = 0.45359237e-3
)
