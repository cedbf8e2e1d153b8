// The umbrella: everything a user of the package needs, under one import.

@_exported import AdjointArrays
@_exported import AdjointData
@_exported import AdjointDifferentiation
@_exported import AdjointElementary
@_exported import AdjointFigures
@_exported import AdjointNetworks
@_exported import AdjointOptimizers
