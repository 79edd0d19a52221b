module scratch

go 1.24
