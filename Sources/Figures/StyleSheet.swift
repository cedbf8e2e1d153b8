// The looks of plots and pages, in CSS. Colors come from the palette; it has never heard of data.

/// The style sheets, as part of a page or of a picture that stands alone.
enum StyleSheet {
  /// What plots need, wherever they stand: colors for both themes, and the classes of their parts.
  static let plots: String = {
    var sheet = """
      :root{color-scheme:light dark;\(Palette.light.variables)}
      @media (prefers-color-scheme:dark){:root{\(Palette.dark.variables)}}
      @media print{:root{\(Palette.light.variables)}}
      .plot{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;\
      font-variant-numeric:tabular-nums}
      .plot text{fill:var(--text)}
      .plot .muted{fill:var(--muted)}
      .plot .small{font-size:11px}
      .plot .rule{stroke:var(--rule);stroke-width:1;fill:none}
      .plot .axis{stroke:var(--muted);stroke-width:1;fill:none}
      .plot .mark{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 3;fill:none}
      .plot .line{stroke-width:2;fill:none;stroke-linejoin:round;stroke-linecap:round}
      .plot .middle{text-anchor:middle}
      .plot .end{text-anchor:end}

      """
    for index in Palette.light.series.indices {
      sheet += ".plot .series-\(index){stroke:var(--series-\(index))}\n"
      sheet += ".plot .dot-\(index){fill:var(--series-\(index))}\n"
    }
    for ramp in Palette.Ramp.allCases {
      for level in 0...Palette.levels {
        let name = "\(ramp.rawValue)-\(level)"
        sheet += ".plot .\(name){fill:var(--\(name))} .plot .on-\(name){fill:var(--on-\(name))}\n"
      }
    }
    return sheet
  }()

  /// What a page needs besides.
  static let page = """
    *{box-sizing:border-box}
    body{margin:0;background:var(--background);color:var(--text);\
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem 4rem}
    h1{font-size:2rem;line-height:1.2;margin:0 0 .5rem}
    h2{font-size:1.35rem;line-height:1.3;margin:3rem 0 .5rem;padding-top:.75rem;\
    border-top:1px solid var(--rule)}
    h1,h2,p,li,td,th,dt,dd,figcaption{overflow-wrap:anywhere;unicode-bidi:plaintext}
    p{max-width:44rem;margin:.5rem 0}
    .lead{font-size:1.125rem;color:var(--muted)}
    dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.75rem;\
    margin:1.5rem 0}
    dl.facts div{background:var(--panel);border-radius:.5rem;padding:.75rem 1rem}
    dl.facts dt{color:var(--muted);font-size:.875rem}
    dl.facts dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
    .row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));\
    gap:1.5rem}
    figure{margin:1rem 0;min-width:0}
    figcaption{font-weight:600;margin-bottom:.5rem}
    .scroll{overflow-x:auto}
    svg.plot{display:block;width:100%;height:auto}
    details{margin:.5rem 0}
    summary{cursor:pointer;color:var(--muted);font-size:.875rem}
    table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;\
    margin:.5rem 0}
    caption{text-align:start;font-weight:600;padding:.25rem 0}
    th,td{border-bottom:1px solid var(--rule);padding:.25rem .6rem;text-align:end}
    th{font-weight:600}
    th[scope=row],thead th:first-child{text-align:start}
    pre{background:var(--panel);border-radius:.5rem;padding:.75rem 1rem;overflow-x:auto;\
    font:13px/1.35 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    ul.images{list-style:none;display:flex;flex-wrap:wrap;gap:.75rem;margin:0;padding:0}
    ul.images li{display:flex;flex-direction:column;align-items:center;font-size:.8125rem;\
    line-height:1.3;color:var(--muted)}
    ul.images img{display:block;image-rendering:pixelated;border:1px solid var(--rule);\
    border-radius:3px}
    footer{margin-top:4rem;color:var(--muted);font-size:.875rem}
    @media (prefers-color-scheme:dark){ul.images img{filter:invert(1) hue-rotate(180deg)}}
    @media print{
    main{max-width:none;padding:0}
    ul.images img{filter:none}
    figure,li,dl.facts div{break-inside:avoid}
    h2{break-after:avoid}
    body{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    }

    """
}
