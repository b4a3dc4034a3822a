// The shop.
module example.com/shop

go 1.21

toolchain go1.22.3

require example.com/quote v1.5.2

require (
	example.com/deprecated v1.0.0 // indirect
	example.com/parser/v3 v3.0.1-0.20240102030405-0123456789ab
	"example.com/quoted" v0.1.0
	example.com/old v2.0.0+incompatible
	example.com/local v0.9.0
	example.com/pinned v1.1.0
)

exclude example.com/quote v1.5.1

replace (
	example.com/deprecated => example.com/fork v1.0.1
	example.com/pinned v1.0.0 => example.com/other v1.0.0
)

replace example.com/local => ../local

retract [v1.0.0, v1.0.5] // broken
